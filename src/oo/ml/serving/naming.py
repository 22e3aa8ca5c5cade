"""How a model names things and thoughts: by placeholders that code fills.

So a title, a date, a number or a statement comes from the evidence or not at all; `inventions` sees to the rest.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from oo.contracts.decisions import Context
from oo.contracts.ids import Ref
from oo.contracts.items import When
from oo.contracts.thoughts import Thought
from oo.contracts.words.voice import Voice
from oo.contracts.writing import Thing
from oo.engine.when import boundary, day_of, instant, today, zone_of

Values: TypeAlias = Mapping[str, str]
"""What placeholders of one thing or thought stand for, by field: `title`, `due`, `project`; `text`."""

PLACE = re.compile(r"\{([es][1-9][0-9]?)\.([a-z]+)\}")
_STOPPED = re.compile(PLACE.pattern + r"\.?")
"""A placeholder with the full stop that stands at it."""
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_QUOTES = {"de": ("„", "“"), "en": ("“", "”")}
_STOPS = (".", "!", "?", "…")
"""What ends a sentence."""
_SHORTEST = 3
"""Letters of a word of the evidence that may be used on its own."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a text: a stable word, and what to tell the model."""

    reason: str
    mend: str


@dataclass(frozen=True, slots=True)
class Names:
    """Everything that may be named in a brief, with what each placeholder stands for.

    Things are `e1`, `e2` and so on, thoughts `s1`, `s2` and so on.
    """

    values: Mapping[str, Values]
    language: str
    things: Mapping[str, Thing] = field(default_factory=dict)
    thoughts: Mapping[str, Thought] = field(default_factory=dict)

    def ref(self, name: str) -> Ref:
        """What goes by a name."""
        return self.thoughts[name].ref if name in self.thoughts else self.things[name].facts.ref


def names(
    things: Sequence[Thing], context: Context, language: str, voice: Voice, thoughts: Sequence[Thought] = ()
) -> Names:
    """Names for the things and the thoughts of a brief, in their order."""
    called = {f"e{number}": thing for number, thing in enumerate(things, start=1)}
    known = {f"s{number}": thought for number, thought in enumerate(thoughts, start=1)}
    values: dict[str, Values] = {name: _values(thing, context, voice) for name, thing in called.items()}
    values |= {name: {"text": one_line(thought.text)} for name, thought in known.items()}
    return Names(values, language, called, known)


def filled(text: str, known: Names) -> str:
    """The template with its placeholders filled, once: what stands in a title is never read as a placeholder."""
    opening, closing = _QUOTES.get(known.language, _QUOTES["en"])

    def value(place: re.Match[str]) -> str:
        part, stop = place[2], place[0][len(place[0].rstrip(".")) :]
        said = known.values.get(place[1], {}).get(part, place[0].rstrip("."))
        if part == "text":  # a sentence, which brings its own end where it has one
            is_last = not stop and not text[place.end() :].strip()
            return said if is_last or said.endswith(_STOPS) else f"{said}."
        before = text[: place.start()].rstrip()
        alone = not before or before[-1] in ":–—“„"
        return (said if alone or part == "due" else f"{opening}{said}{closing}") + stop

    return " ".join(_STOPPED.sub(value, text).split())


def outside(text: str, place: str = " ") -> str:
    """The text as it is, with something in the place of every placeholder."""
    return PLACE.sub(place, text)


def own_words(text: str) -> list[str]:
    """The words outside placeholders, in lower case."""
    return [word.lower().replace("’", "'") for word in words_of(unicodedata.normalize("NFKC", outside(text)))]


def words_of(text: str) -> list[str]:
    """The words of a text, in their order."""
    return _WORD.findall(text)


def evidence_words(titles: Iterable[str]) -> frozenset[str]:
    """The words of titles that may stand on their own, in lower case."""
    return frozenset(
        word.lower()
        for title in titles
        for word in words_of(unicodedata.normalize("NFKC", title))
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
