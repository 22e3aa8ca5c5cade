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
    advised: frozenset[str]
    """The acts that advice may ask for: nothing that is hard to take back, for no task of the person's is behind it."""
    reasons: frozenset[str]
    """What begins a reason, in which anything could be stated."""
    joins: frozenset[str]
    """What else begins a clause of its own."""
    ands: frozenset[str]
    """What joins one act to another."""
    thens: frozenset[str]
    """What puts one act after another."""
    openings: frozenset[str]
    """Whole phrases that may stand before an insight: they state nothing."""


@cache
def lexicon(language: str) -> Lexicon | None:
    """The words of a language; None for one in which nothing could be checked."""
    if language not in LANGUAGES:
        return None
    common = (HERE / f"common-{language}.txt").read_text(encoding="utf-8").split()
    text = (HERE / f"rules-{language}.toml").read_text(encoding="utf-8")
    lists = tomllib.loads(text)
    openings = frozenset(lists.pop("openings").strip().split("\n"))
    rules = {name: frozenset(words.split()) for name, words in lists.items()}
    acts, never = rules["acts"], rules["never"]
    return Lexicon(
        language,
        (frozenset(common) | acts | rules["generic"] | rules["things"]) - (never - acts),
        acts,
        rules["generic"],
        never - acts,
        rules["unkind"] - acts,
        rules["claims"] - acts,
        acts - rules["binding"],
        rules["reasons"],
        rules["joins"],
        rules["ands"],
        rules["thens"],
        openings,
    )
