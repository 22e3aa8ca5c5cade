"""The words that a model may use of its own in a language, and what some of them are for."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
LANGUAGES = ("de", "en")


@dataclass(frozen=True, slots=True)
class Lexicon:
    """A language's words, in lower case."""

    language: str
    common: frozenset[str]
    """Common words without names, places, brands, and what `never` holds; every act, and things of a
    household and a desk.
    """
    acts: frozenset[str]
    """What a tip's sentence may begin with."""
    generic: frozenset[str]
    """Words that say nothing of what to do."""
    never: frozenset[str]
    """Claims (numbers, times, people, money) and calls, not even when they stand in the evidence."""
    unkind: frozenset[str]
    """Pressure, guilt and praise."""
    claims: frozenset[str]
    """What statements are made of: not in a text that asks for an act."""


@cache
def lexicon(language: str) -> Lexicon | None:
    """The words of a language; None for one in which nothing could be checked."""
    if language not in LANGUAGES:
        return None
    common = (HERE / f"common-{language}.txt").read_text(encoding="utf-8").split()
    text = (HERE / f"rules-{language}.toml").read_text(encoding="utf-8")
    rules = {name: frozenset(words.split()) for name, words in tomllib.loads(text).items()}
    acts, never = rules["acts"], rules["never"]
    return Lexicon(
        language,
        (frozenset(common) | acts | rules["generic"] | rules["things"]) - (never - acts),
        acts,
        rules["generic"],
        never - acts,
        rules["unkind"] - acts,
        rules["claims"] - acts,
    )
