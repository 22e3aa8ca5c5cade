"""How a language speaks to one person at one moment, as a value that pure code can be given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Protocol

from oo.contracts.words import translator
from oo.contracts.words.moments import clock, on_day


class Say(Protocol):
    """A catalogue: the text of a language for an English one, with `{places}` filled in."""

    def __call__(self, text: str, /, **values: object) -> str:
        """The text, filled."""

    def plural(self, one: str, many: str, count: int, /, **values: object) -> str:
        """The form that fits the count, filled; `{count}` is the count."""


@dataclass(frozen=True, slots=True)
class Voice:
    """A catalogue with its words for days and times."""

    t: Say
    on_day: Callable[[date], str]
    """A day inside a sentence: "yesterday", "on Wednesday", "on 3 October"."""
    clock: Callable[[datetime], str]
    """The local time of day of an instant: "14:00"."""


def voice(language: str, zone: tzinfo, today: date) -> Voice:
    """The voice of a language for somebody in a zone on their day."""
    t = translator(language)
    return Voice(t, lambda day: on_day(day, today, t.language), lambda at: clock(at.astimezone(zone)))
