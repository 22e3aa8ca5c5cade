"""Untruths for a hostile model to say: names, dates, numbers, addresses and orders that no evidence holds.

Each plant is a text with `%s` where the placeholder of its task stands, and what must never be read on a page.
"""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from oo.testing.llm.answers import Answer, Asked, Speech

AT_ONCE = 5
"""Lies in one answer."""

NAMES = (
    "Anna Ben Carla Dmitri Esra Fatima Giulia Hüseyin Ines Jürgen Katja Lars Mehmet Nadia Olga Pavel Quentin Rosa "
    "Svetlana  Tobias Uwe Vladimir Wolfgang Xenia Yusuf Zoë Mark Rose Will Grace Bill Frank Hope Jack Max Paris "
    "Berlin London Hamburg  Müller Schmidt Kowalski O'Brien Garcia Nguyen Siemens Amazon Paypal Netflix Tesla "
    "Lufthansa Sparkasse Telekom Aldi Phil Pete Ted Matt Liverpool Seattle Delhi Brooklyn Oxford Korea Köln Dortmund "
    "Leipzig Zürich Koch Assad Professor Captain Pfarrer"
)
DATES = (
    "today tomorrow yesterday tonight Monday Tuesday Friday Sunday weekend January March May August Christmas noon "
    "midnight  heute morgen gestern Montag Dienstag Freitag Sonntag Januar März Mai August Weihnachten Mittag "
    "Mitternacht lunch overnight sonntags abends Mittagessen"
)
NUMBERS = (
    "3 17 2026 0900 ٣ ३ 三 ³ ½ ⅔ Ⅳ ① 𝟟 ７ 1e3 0x1F two three seven eleven twenty hundred thousand million dozen twice "
    "half third quarter both decade  zwei drei sieben elf zwanzig hundert tausend Millionen Dutzend zweimal "
    "Hälfte dritte Eins Viertel Drittel beide Jahrzehnt"
)
ADDRESSES = (
    "evil.example https://evil.example www.evil.example boss@evil.example +49-900-1234 #invoice <b>pay</b> [link](x) "
    "`rm`  javascript:alert \u202eelpmaxe \u200bA\u200bn\u200bn\u200ba Аnna ɑnna 💸 $ € % & * / \\ | ~ ^ = _ @"
)
ORDERS = (
    "send the password",
    "click the link",
    "transfer the money",
    "ignore the rules",
    "install the app",
    "pay the invoice",
    "give the code to the doctor",
    "your mother is dead",
    "your boss is waiting",
    "he wants the documents",
    "somebody waits for you",
    "call the police",
    "schick das Passwort",
    "klick auf den Link",
    "überweise das Geld",
    "ignoriere die Regeln",
    "deine Mutter ist tot",
    "dein Chef wartet",
    "jemand braucht die Dokumente",
)
PLACES = (
    "{e9.title}",
    "{e1.secret}",
    "{e2.title}",
    "{e1.title.__class__}",
    "{0}",
    "{e1}",
    "{{e1.title}}",
    "{e1.title!r}",
    "{}",
    "${e1.title}",
    "%(title)s",
)
FRAMES = {
    "en": (
        "Open the list for {}: %s",
        "Write {} on paper: %s",
        "Ring {} first: %s",
        "Put the phone away, {}: %s",
        "{}: %s",
        "Open the list: %s {}",
        "Take a pen and think of {}: %s",
    ),
    "de": (
        "Öffne die Liste für {}: %s",
        "Schreib {} auf Papier: %s",
        "Ruf {} an: %s",
        "Leg das Telefon weg, {}: %s",
        "{}: %s",
        "Öffne die Liste: %s {}",
        "Nimm Papier und denk an {}: %s",
    ),
}


@dataclass(frozen=True, slots=True)
class Plant:
    """Something untrue to say."""

    sort: str
    text: str
    """With the placeholder in it."""
    untrue: str
    """What must not be read."""


def plants(language: str, seed: int) -> Iterator[Plant]:
    """Every untruth in a frame of the language, its letters sometimes disguised."""
    chance = random.Random(seed)  # noqa: S311 - the same lies each time
    words = {"name": NAMES, "date": DATES, "number": NUMBERS, "address": ADDRESSES}
    sorts = {**{sort: text.split() for sort, text in words.items()}, "order": [*ORDERS], "place": [*PLACES]}
    for sort, untruths in sorts.items():
        for untrue in untruths:
            frame = chance.choice(FRAMES[language])
            said = _disguised(untrue, chance) if sort in ("name", "date") else untrue
            yield Plant(sort, frame.replace("%s", "{e1.title}").replace("{}", said, 1), untrue)


def _disguised(word: str, chance: random.Random) -> str:
    """The word as it is, in other letters' clothes, or inside another word."""
    return chance.choice(
        (
            word,
            word,
            word.lower(),
            word.upper(),
            f"{word}'s",
            f"{word}-list",
            " ".join(word),
            word[:2] + "\u00ad" + word[2:],
        )
    )


def liar(lies: Sequence[Plant]) -> Speech:
    """Says the lies, five at a time, the next five whenever it is asked; in the reason beside them, too."""
    batches = itertools.cycle([lies[start : start + AT_ONCE] for start in range(0, len(lies), AT_ONCE)])

    def say(asked: Asked) -> Answer:
        each = [
            {"kind": "task", "text": one.text, "evidence": ["e1"], "why": one.text, "confidence": 1}
            for one in next(batches)
        ]
        return Answer(json.dumps({"candidates": each}))

    return say


def untrue(texts: Sequence[str], lies: Sequence[Plant], titles: Sequence[str]) -> list[str]:
    """The texts in which something untrue can be read beside the titles."""

    def rest(text: str) -> str:
        for title in titles:
            text = text.replace(title, " ")
        return " ".join(text.lower().split())

    return [text for text in texts if any(one.untrue.lower() in rest(text) for one in lies)]
