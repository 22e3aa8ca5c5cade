"""Briefs for tests: a Wednesday morning with two tasks of which something is known."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day

from oo.contracts.ids import Ref, UserId
from oo.contracts.items import Facts
from oo.contracts.thoughts import Thought, thought_ref
from oo.contracts.writing import Brief, Thing
from oo.engine.when import context
from oo.ml.serving.llm import Gateway
from oo.ml.serving.writer import Writer

NOW = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)
TITLES = ("Send Lena the signed lease", "Call the plumber about the tap")

STRONG, QUIET, HOUR = (
    "A strong day: 6 done, 3 is normal.",
    "Little gets done at this hour.",
    "This is one of your good hours.",
)


def thought(agent: str, text: str, *, insight: bool = True, sure: float = 0.8) -> Thought:
    """Something that an agent knows, for a quarter of an hour."""
    return Thought(thought_ref(agent), "v1", text, sure, insight, NOW + timedelta(minutes=15))


THOUGHTS = (
    thought("momentum", STRONG),
    thought("time_of_day", QUIET, insight=False),
    thought("recent_patterns", HOUR),
)
"""Two that may be shown by themselves, and one between them that may not: s1, s2, s3."""


def thing(number: int, title: str, **facts: object) -> Thing:
    """An open task, due tomorrow where nothing else is said."""
    known = facts or {"due": date(2026, 11, 19)}
    return Thing(Facts(Ref(f"c1:{number}"), "v1", **known), "soon", title)  # type: ignore[arg-type]


def brief(titles: Sequence[str] = TITLES, language: str = "en", **more: object) -> Brief:
    """A brief about tasks of these titles."""
    found = Brief(
        UserId("lena"),
        context(NOW, "Europe/Berlin", time_of_day(3, 0), (), None),
        language,
        tuple(thing(number, title) for number, title in enumerate(titles, start=1)),
    )
    return replace(found, **more)  # type: ignore[arg-type]


def writer(url: str, **more: object) -> Writer:
    """A writer that asks the gateway at an address."""
    return Writer(Gateway(url), time.monotonic, **more)  # type: ignore[arg-type]
