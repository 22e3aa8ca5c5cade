"""How a model names things: by placeholders that code fills, and outside of them with common words alone.

So what it says can be wrong in style, never in fact: a title, a date or a number comes from the evidence or not at all.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from oo.contracts.decisions import Context
from oo.contracts.items import When
from oo.contracts.words.voice import Voice
from oo.contracts.writing import Thing
from oo.engine.when import boundary, day_of, instant, today, zone_of
from oo.ml.serving.lexicon import LANGUAGES, Lexicon, lexicon

Values: TypeAlias = Mapping[str, str]
"""What placeholders of one thing stand for, by field: `title`, `due`, `project`."""

PLACE = re.compile(r"\{(e[1-9][0-9]?)\.([a-z]+)\}")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_JOINED = re.compile(r"[.,;:?](?=[^\s.”“’‘)])")
"""A sign in the middle of a word, as addresses have it."""
_SIGNS = frozenset(" .,;:?'’“”„‘–—-()")
_QUOTES = {"de": ("„", "“"), "en": ("“", "”")}
_SHORTEST = 3
"""Letters of a word of the evidence that may be used on its own."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a text: a stable word, and what to tell the model."""

    reason: str
    mend: str


@dataclass(frozen=True, slots=True)
class Names:
    """Everything that may be named in a brief: `e1`, `e2` and so on, with what each placeholder stands for."""

    values: Mapping[str, Values]
    language: str
    things: Mapping[str, Thing] = field(default_factory=dict)


def names(things: Sequence[Thing], context: Context, language: str, voice: Voice) -> Names:
    """Names for the things of a brief, in their order."""
    called = {f"e{number}": thing for number, thing in enumerate(things, start=1)}
    return Names({name: _values(thing, context, voice) for name, thing in called.items()}, language, called)


def invented(text: str, named: Sequence[str], known: Names, words: Lexicon) -> list[Fault]:
    """Everything in a template that evidence doesn't cover; nothing is good.

    `named` are the things that it is about, the first of which its title has to name.
    """
    faults = list(_places(text, named, known))
    raw = PLACE.sub(" ", text)
    rest = unicodedata.normalize("NFKC", raw)
    if "{" in rest or "}" in rest:
        faults.append(Fault("placeholder", "Placeholders look like {e1.title}; no other braces."))
    if any(unicodedata.category(sign).startswith("N") for sign in raw + rest):
        faults.append(Fault("digits", "No digits outside placeholders."))
    strange = sorted({sign for sign in rest if not sign.isalpha() and sign not in _SIGNS and not sign.isnumeric()})
    if [sign for sign in strange if sign not in "{}"] or _JOINED.search(rest):
        faults.append(Fault("signs", "Letters and plain punctuation only: no symbols, lists or line breaks."))
    allowed = words.common | evidence_words(known.values[one]["title"] for one in named if one in known.values)
    wrong = [word for word in _words(rest) if not _is_plain(word, allowed, words)]
    if _is_foreign(wrong, own_words(text), words):
        faults.append(Fault("language", "Write in the language that was asked for."))
    elif wrong:
        listed = ", ".join(dict.fromkeys(wrong[:5]))
        faults.append(Fault("word", f"These words are not common, or claim something: {listed}. Use others."))
    elif words.language == "en" and (capitals := [word for word in _inside(text) if word != word.lower()]):
        faults.append(Fault("word", f"No names and no capitals inside a sentence: {', '.join(capitals[:5])}."))
    return faults


def stated(text: str, words: Lexicon) -> Fault | None:
    """The fault of a template that tells how things are, where it should say what to do: nobody could check that."""
    told = sorted(set(own_words(text)) & words.claims)
    return Fault("claim", f"Say what to do, not how things are: without {', '.join(told[:5])}.") if told else None


def filled(text: str, known: Names) -> str:
    """The template with its placeholders filled, once: what stands in a title is never read as a placeholder."""
    opening, closing = _QUOTES.get(known.language, _QUOTES["en"])

    def value(place: re.Match[str]) -> str:
        said = known.values.get(place[1], {}).get(place[2], place[0])
        before = text[: place.start()].rstrip()
        alone = not before or before[-1] in ":–—“„"
        return said if alone or place[2] == "due" else f"{opening}{said}{closing}"

    return " ".join(PLACE.sub(value, text).split())


def own_words(text: str) -> list[str]:
    """The words outside placeholders, in lower case."""
    return [word.lower().replace("’", "'") for word in _words(unicodedata.normalize("NFKC", PLACE.sub(" ", text)))]


def evidence_words(titles: Iterable[str]) -> frozenset[str]:
    """The words of titles that may stand on their own, in lower case."""
    return frozenset(
        word.lower()
        for title in titles
        for word in _words(unicodedata.normalize("NFKC", title))
        if len(word) >= _SHORTEST
    )


def one_line(title: str) -> str:
    """A title as it is, without line breaks and signs that steer."""
    return " ".join("".join(c if unicodedata.category(c) not in ("Cc", "Cf", "Cs") else " " for c in title).split())


def due_words(due: When, context: Context, voice: Voice) -> str | None:
    """When something is due, inside a sentence; None for what is past: a tip blames nobody."""
    zone = zone_of(context.zone)
    day = due if not isinstance(due, datetime) else day_of(instant(due, zone), zone, boundary(context))
    if day < today(context):
        return None
    if isinstance(due, datetime) and day == today(context):
        at = instant(due, zone)
        return None if at < context.now else voice.clock(at)
    return voice.on_day(day)


def _values(thing: Thing, context: Context, voice: Voice) -> Values:
    found = {"title": one_line(thing.title).rstrip(".")}
    due = thing.facts.due and due_words(thing.facts.due, context, voice)
    if due:
        found["due"] = due
    if thing.project:
        found["project"] = one_line(thing.project)
    return found


def _places(text: str, named: Sequence[str], known: Names) -> Iterator[Fault]:
    unknown = sorted({one for one in named if one not in known.values})
    if unknown or not named:
        there = ", ".join(known.values)
        yield Fault("evidence", f"Evidence is one or more of: {there}.")
        return
    used = [(place[1], place[2]) for place in PLACE.finditer(text)]
    for name, part in used:
        if name not in named or part not in known.values.get(name, {}):
            yield Fault("placeholder", f"{{{name}.{part}}} is not there, or not in the candidate's evidence.")
    if (named[0], "title") not in used:
        yield Fault("unnamed", f"Name what it is about: {{{named[0]}.title}}.")
    elif len(used) != len(set(used)):
        yield Fault("placeholder", "Each placeholder once.")


def _words(text: str) -> list[str]:
    return _WORD.findall(text)


def _is_plain(word: str, allowed: frozenset[str], words: Lexicon) -> bool:
    lower = word.lower().replace("’", "'")
    stem = lower.partition("'")[0]
    return lower in allowed and words.never.isdisjoint((lower, stem)) and (stem == lower or lower in words.common)


def _is_foreign(wrong: Sequence[str], own: Sequence[str], words: Lexicon) -> bool:
    """Whether most of the words are another language's."""
    others = [one for language in LANGUAGES if language != words.language and (one := lexicon(language)) is not None]
    theirs = [word for word in wrong if any(word.lower() in other.common for other in others)]
    return bool(theirs) and len(theirs) * 2 >= len(own)


def _inside(text: str) -> Iterator[str]:
    """Words of its own that don't begin a sentence; a placeholder may begin one."""
    for sentence in re.split(r"[.?]", PLACE.sub("x", text)):
        yield from (word for word in _words(sentence)[1:] if word != "I")
