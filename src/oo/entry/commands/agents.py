"""Lena, a made-up person with two months behind her: what the agents say of her, in the words that she would read."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TextIO

from oo.contracts.agents import Value
from oo.contracts.consents import CONSENTS
from oo.contracts.decisions import UserView
from oo.contracts.features import Activity, UserHistory
from oo.contracts.ids import Ref, UserId
from oo.contracts.items import Busy, Facts
from oo.contracts.manifests import AgentManifest
from oo.contracts.serving import Heard, Standing
from oo.engine.when import context
from oo.kernel.plugins import discover
from oo.ml.features.fold import fold, start
from oo.ml.features.opening import hydrated
from oo.ml.serving.local import Local

NOW = datetime(2026, 11, 20, 9, 5, tzinfo=UTC)
"""A Friday, five past ten in Berlin."""
ZONE = "Europe/Berlin"
WEEKS = 8
_LENA = UserId("lena")
_TODAY = NOW.date()
_TITLES = {
    "landlord": "Call the landlord",
    "chapter": "Read chapter three",
    "plants": "Water the plants",
    "sources": "Sort the sources",
    "shelf": "Put up the shelf",
}


@dataclass(frozen=True, slots=True)
class Line:
    """What one agent says."""

    agent: str
    says: str
    """Filled with titles; a dash for silence."""
    sure: float


def lena() -> tuple[UserHistory, UserView]:
    """Her past, and her moment before any feature."""
    history = UserHistory(_LENA, NOW, ZONE, _TODAY.toordinal(), tuple(sorted(_past(), key=lambda one: one.at)))
    meeting = Busy(NOW + timedelta(minutes=55), NOW + timedelta(hours=2))
    facts = (
        Facts(Ref("landlord"), "1", due=_TODAY - timedelta(days=5), project="flat"),
        Facts(Ref("chapter"), "1", project="thesis", minutes=25),
        Facts(Ref("plants"), "1", series="plants"),
        Facts(Ref("sources"), "1", project="thesis"),
        Facts(Ref("shelf"), "1", project="flat", minutes=90),
    )
    return history, UserView(_LENA, context(NOW, ZONE, busy=(meeting,)), facts, (meeting,))


def said() -> list[Line]:
    """What every agent says of her, by name."""
    return asyncio.run(_said())


def run(out: TextIO) -> None:
    """Print it, a line an agent."""
    lines = said()
    wide = max(len(line.agent) for line in lines)
    for line in lines:
        out.write(f"{line.agent:<{wide}}  {line.says}\n")


async def _said() -> list[Line]:
    history, view = lena()
    agents = Local(discover("agents", AgentManifest.model_validate).plugins)
    consents = frozenset[str](CONSENTS)
    known: Mapping[str, Mapping[str, Value]] = {
        agent: {key: one.value for key, one in values.items()}
        for agent, values in (await agents.infer(history=history)).items()
    }
    view = hydrated(view, fold(start(), history.activities), None, consents, agents.features())
    heard = await agents.compute(view=view, standing=Standing(consents), parameters=known)
    return [_line(one) for one in heard]


def _line(heard: Heard) -> Line:
    snippet = heard.snippet
    if snippet is None:
        return Line(heard.agent, "-", 0.0)
    text = snippet.text
    for place, ref in enumerate(snippet.evidence, 1):
        text = text.replace(f"{{e{place}.title}}", _TITLES[ref])
    return Line(heard.agent, text, snippet.confidence)


def _past() -> Iterator[Activity]:
    for back in range(7 * WEEKS, 0, -1):
        day = _TODAY - timedelta(days=back)
        yield from _day(day, _hours(day))
        if back % 7 == 4 and back > 7:  # every week, until two weeks ago
            yield _done(day, 18, "plants", series="plants")
    yield from _day(_TODAY, (8, 8, 9, 9, 9, 9))


def _hours(day: date) -> Sequence[int]:
    """At which hours she finishes something: mostly in the morning, little on Saturdays, nothing on Sundays."""
    if day.weekday() == 6:
        return ()
    return (10,) if day.weekday() == 5 else (8, 9, 9, 16)[: 3 + day.toordinal() % 2]


def _day(day: date, hours: Sequence[int]) -> Iterator[Activity]:
    for place, hour in enumerate(hours):
        late = timedelta(days=1 + (day.toordinal() + place) % 2)
        yield _done(day, hour, f"{day}-{place}", project="flat" if place == 1 else "thesis", due=day - late)


def _done(
    day: date, hour: int, task: str, project: str | None = None, series: str | None = None, due: date | None = None
) -> Activity:
    at = datetime(day.year, day.month, day.day, hour, 10, tzinfo=UTC)
    return Activity(at, "completed", day.toordinal(), hour + 1 + 1 / 6, "", task, project, series, due)
