"""Agents are asked when something changed, what is unchanged is not written again, and tips say what they know."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from oo.contracts.agents import Inference, Snippet, Value
from oo.contracts.asking import Asked, Asking, Told, told
from oo.contracts.contexts import Contexts
from oo.contracts.events import SilenceKept, SnippetComputed, TaskAdded, TaskCompleted, TipServed
from oo.contracts.features import Features, UserHistory
from oo.contracts.ids import UserId
from oo.contracts.knowledge import Knowledge
from oo.contracts.manifests import PolicyManifest
from oo.contracts.profiles import Profiles
from oo.contracts.serving import AgentView, Heard, Hearings, Serving, Standing
from oo.contracts.sources import Sources
from oo.contracts.tips import Tips
from oo.kernel.db import Transaction
from oo.kernel.jobs import Shard, Tick
from oo.kernel.plugins import discover
from oo.modules.recommender import module
from oo.modules.recommender.hearing.snippets import still_said
from oo.modules.recommender.tables import agent_outputs
from oo.modules.recommender.tests.conftest import NOW, Shelf
from oo.testing.determinism import FixedClock
from oo.testing.rooms import Room, room
from oo.testing.unknown import Nobody, unknown

USER = UserId("01LENA00000000000000000000")
pytestmark = pytest.mark.anyio


@dataclass
class Oracle(Nobody):
    """One agent, that says what the test wants."""

    clock: FixedClock
    snippet: Snippet | None = None
    asked: list[Standing] = field(default_factory=list)
    pasts: int = 0

    def registry(self) -> Sequence[AgentView]:
        return (AgentView("oracle", "Oracle", "", "1.0.0", "live", 15, ("mood_habits",), (), (), ()),)

    async def ask(self, *, people: Sequence[Asked], agents: Any = None) -> Sequence[Sequence[Told] | None]:
        self.asked += [one.standing for one in people]
        until = self.clock.now() + timedelta(minutes=15)
        heard = Heard("oracle", "1.0.0", until, self.snippet, digest=repr(self.snippet)[:24])
        return [(told(heard),) for _ in people]

    async def infer(self, *, history: UserHistory, agents: Any = None) -> Mapping[str, Mapping[str, Inference]]:
        self.pasts += 1
        return {}

    async def learn(self, **found: Mapping[str, Value]) -> int:
        return 0


@dataclass
class Hall:
    """A recommender with an oracle."""

    room: Room
    shelf: Shelf
    clock: FixedClock
    oracle: Oracle

    async def tick(self, name: str = "recommender.hear") -> int:
        """Ask whoever is due now."""
        (work,) = [work for work in self.room.built.works if work.name == name]
        now = self.clock.now()
        tick = Tick(1, now, now)
        due = await self.room.kit.db.read(lambda tx: work.plan(tx, tick, "", 10))
        return await work.run(Shard(), tick) if due else 0

    async def round(self) -> int:
        """Ask about everybody."""
        return await self.tick("recommender.hear-all")

    async def others_round(self) -> None:
        """A round of all there are, as it is where others take part."""
        await self.room.built.works[1].run(Shard(), Tick(1, self.clock.now(), self.clock.now()))

    async def still_said(self) -> list[str]:
        """What still counts now."""
        kit, now = self.room.kit, self.clock.now()
        return [one.snippet.text for one in await kit.db.read(lambda tx: still_said(kit.keys, tx, USER, now))]

    async def rows(self) -> list[Any]:
        def unit(tx: Transaction) -> list[Any]:
            return list(tx.execute(select(agent_outputs)).all())

        return await self.room.kit.db.read(unit)


@pytest.fixture
async def hall(tmp_path: Path) -> AsyncIterator[Hall]:
    shelf, clock = Shelf(), FixedClock(NOW)
    oracle = Oracle(clock)
    policies = discover("policies", PolicyManifest.model_validate).plugins
    needs: dict[type, object] = {**unknown(), Sources: shelf, Profiles: shelf}
    needs |= dict.fromkeys((Features, Serving, Asking, Contexts, Knowledge), oracle)
    async with room(tmp_path, module, needs=needs, plugins={"policies": policies}, clock=clock) as made:
        made.kit.keys.create(USER)
        yield Hall(made, shelf, clock, oracle)


async def test_nobody_is_asked_about_whom_nothing_happened(hall: Hall) -> None:
    assert await hall.tick() == 0


async def test_a_change_has_agents_asked_and_their_time_has_them_asked_anew(hall: Hall) -> None:
    await hall.room.deliver(USER, TaskAdded(ref="c1:a"))
    assert [await hall.tick(), await hall.tick()] == [1, 0]
    hall.clock.advance(timedelta(minutes=15))
    assert [await hall.tick(), await hall.round()] == [0, 1]


async def test_who_is_called_for_while_they_are_asked_is_asked_once_more(hall: Hall) -> None:
    await hall.room.deliver(USER, TaskAdded(ref="c1:a"))
    asking = hall.oracle.ask

    async def slowly(**asked: Any) -> Any:
        hall.clock.advance(timedelta(seconds=1))
        await hall.room.deliver(USER, TaskAdded(ref="c1:b"))
        return await asking(**asked)

    hall.oracle.ask = slowly  # type: ignore[method-assign]
    await hall.tick()
    hall.oracle.ask = asking  # type: ignore[method-assign]
    assert [await hall.tick(), await hall.tick()] == [1, 0]


async def test_what_is_unchanged_is_not_written_again_but_counts_on(hall: Hall) -> None:
    hall.oracle.snippet = Snippet("Something.", {}, ())
    await hall.room.deliver(USER, TaskAdded(ref="c1:a"))
    await hall.tick()
    (before,) = await hall.rows()
    for minutes in (10, 10):
        hall.clock.advance(timedelta(minutes=minutes))
        await hall.round()
        assert await hall.rows() == [before]
    assert await hall.still_said() == ["Something."]
    hall.clock.advance(timedelta(minutes=10))
    await hall.room.deliver(USER, TaskAdded(ref="c1:b"))
    await hall.tick()
    assert await hall.rows() == [before]
    hall.clock.advance(timedelta(minutes=14))
    assert await hall.still_said() == ["Something."]
    hall.clock.advance(timedelta(minutes=1))
    assert await hall.still_said() == []


async def test_whoever_is_away_for_a_week_is_in_no_round_until_something_happens_to_them(hall: Hall) -> None:
    hall.oracle.snippet = Snippet("Something.", {}, ())
    await hall.room.deliver(USER, TaskAdded(ref="c1:a"))
    await hall.tick()
    hall.clock.advance(timedelta(days=7))
    assert await hall.round() == 1
    hall.clock.advance(timedelta(minutes=10))
    assert [await hall.round(), len(hall.oracle.asked)] == [0, 2]
    assert await hall.still_said() == ["Something."], "they were asked ten minutes ago"
    hall.clock.advance(timedelta(minutes=10))
    await hall.others_round()
    assert await hall.still_said() == [], "a round of others says nothing of them"
    await hall.room.deliver(USER, TaskAdded(ref="c1:b"))
    assert [await hall.tick(), await hall.still_said()] == [1, ["Something."]]
    hall.clock.advance(timedelta(minutes=10))
    assert [await hall.round(), await hall.still_said()] == [1, ["Something."]]


async def test_a_visit_brings_them_back_and_one_a_day_keeps_them(hall: Hall) -> None:
    hall.shelf.put("a", "Water the plants")
    await hall.room.deliver(USER, TaskAdded(ref="c1:a"))
    await hall.tick()
    hall.clock.advance(timedelta(days=30))
    assert [await hall.tick(), await hall.round()] == [0, 0]
    for served in (TipServed("t1", "task", "undated", "c1:a", 1.0, "house"), SilenceKept("d1", "budget", "house")):
        await hall.room.deliver(USER, served)
        assert [await hall.tick(), await hall.round()] == [1, 1]
        await hall.room.deliver(USER, served)
        assert await hall.tick() == 0, "once a day is enough"
        hall.clock.advance(timedelta(days=6))
        assert await hall.round() == 1


async def test_what_is_said_is_told_once_and_that_it_is_over_too(hall: Hall) -> None:
    await hall.room.deliver(USER, TaskAdded(ref="c1:a"))
    for text in ("Something.", "Something.", None, None):
        hall.oracle.snippet = None if text is None else Snippet(text, {}, ())
        await hall.round()
    told = [one for one in await hall.room.published(USER) if isinstance(one, SnippetComputed)]
    assert [bool(one.snippet) for one in told] == [True, False] and told[0].agent == "oracle"


async def test_silence_takes_the_place_of_what_was_said(hall: Hall) -> None:
    hall.oracle.snippet = Snippet("Something.", {}, ())
    await hall.room.deliver(USER, TaskAdded(ref="c1:a"))
    await hall.tick()
    hall.oracle.snippet = None
    hall.clock.advance(timedelta(minutes=15))
    await hall.round()
    assert [row.said for row in await hall.rows()] == [None]


async def test_the_past_is_inferred_from_once_a_day(hall: Hall) -> None:
    for _ in range(3):
        await hall.room.deliver(USER, TaskAdded(ref="c1:a"))
        await hall.tick()
    assert hall.oracle.pasts == 1
    hall.clock.advance(timedelta(days=1))
    await hall.round()
    assert hall.oracle.pasts == 2


async def test_a_past_that_comes_from_a_source_is_inferred_from_the_same_day(hall: Hall) -> None:
    await hall.room.deliver(USER, TaskAdded(ref="c1:a"))
    await hall.tick()
    await hall.room.deliver(USER, TaskCompleted(ref="c1:b"))
    await hall.tick()
    assert hall.oracle.pasts == 1, "what happens today is inferred from tomorrow"
    for ref in ("c1:c", "c1:d"):
        await hall.room.deliver(USER, TaskCompleted(ref=ref, past=True))
    await hall.tick()
    assert hall.oracle.pasts == 2
    await hall.room.deliver(USER, TaskAdded(ref="c1:e"))
    await hall.tick()
    assert hall.oracle.pasts == 2


async def test_a_tip_says_what_an_agent_knows_of_its_task(hall: Hall) -> None:
    ref = hall.shelf.put("a", "Water the plants")
    hall.oracle.snippet = Snippet("{e1.title} slips.", {}, (ref,), why="it is past its usual rhythm")
    await hall.room.deliver(USER, TaskAdded(ref=ref))
    await hall.tick()
    tip = (await hall.room.promise(Tips).recommend(user=USER)).tip
    assert tip is not None and tip.why.endswith("and it is past its usual rhythm.")


async def test_what_no_longer_counts_is_not_said(hall: Hall) -> None:
    ref = hall.shelf.put("a", "Water the plants")
    hall.oracle.snippet = Snippet("{e1.title} slips.", {}, (ref,), why="it is past its usual rhythm")
    await hall.room.deliver(USER, TaskAdded(ref=ref))
    await hall.tick()
    hall.clock.advance(timedelta(minutes=16))
    tip = (await hall.room.promise(Tips).recommend(user=USER)).tip
    assert tip is not None and "rhythm" not in tip.why


async def test_what_was_said_is_sealed_shown_and_erased(hall: Hall) -> None:
    hall.oracle.snippet = Snippet("A very private thing.", {"n": 1.0}, ())
    await hall.room.deliver(USER, TaskAdded(ref="c1:a"))
    await hall.tick()
    assert b"very private" not in await hall.room.at_rest()
    cipher = hall.room.kit.keys.cipher(USER)
    shown = await hall.room.kit.db.read(lambda tx: module.export(tx, USER, cipher))
    assert shown["agent_outputs"][0]["said"][0] == "A very private thing."
    while await hall.room.kit.db.write(lambda tx: module.erase(tx, USER)):
        pass
    assert await hall.rows() == []


async def test_what_an_agent_said_with_a_consent_is_no_tip_without_it_and_its_words_are_gone(hall: Hall) -> None:
    hall.oracle.snippet = Snippet("A very private thing.", {}, insight=True)
    await hall.room.deliver(USER, TaskAdded(ref="c1:a"))
    await hall.tick()
    tip = (await hall.room.promise(Tips).recommend(user=USER)).tip
    assert tip is not None and tip.content == "A very private thing."
    hearings = hall.room.promise(Hearings)
    await hearings.forget(user=USER, consent="calendar_times")
    assert (await hall.room.promise(Tips).recommend(user=USER)).tip == tip
    await hearings.forget(user=USER, consent="mood_habits")
    assert (await hall.room.promise(Tips).recommend(user=USER)).tip is None
    shown = await hall.room.kit.db.read(lambda tx: module.export(tx, USER, hall.room.kit.keys.cipher(USER)))
    assert "private" not in str(shown)
