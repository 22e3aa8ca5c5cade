"""The features room: what happens is noted at once, folded once, and gone with its consent."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from oo.contracts.consents import Consents, ConsentView
from oo.contracts.embedding import Embedding
from oo.contracts.events import TaskCompleted, TipReacted, TipServed, UserUpdated
from oo.contracts.features import Features
from oo.contracts.ids import UserId
from oo.contracts.profiles import Profile, Profiles
from oo.contracts.sources import Sources
from oo.kernel.jobs import Shard, Tick
from oo.ml.features import module, repository
from oo.ml.features.activity import Place
from oo.ml.features.opening import opened
from oo.ml.features.registry import FEATURES
from oo.ml.features.tables import STATES, folded
from oo.testing.rooms import Room, room

LENA = UserId("01LENA00000000000000000000")
pytestmark = pytest.mark.anyio


@dataclass
class People:
    """Everybody lives in Berlin and allows what the test says."""

    allowed: frozenset[str] = field(default_factory=lambda: frozenset({"mood_habits"}))

    async def get(self, *, user: UserId) -> Profile:
        return Profile(zone="Europe/Berlin", day_ends_at=time(3))

    async def change(self, *, user: UserId, values: object) -> Profile:
        raise NotImplementedError

    async def granted(self, *, user: UserId) -> frozenset[str]:
        return self.allowed

    async def granted_all(self, *, users: Collection[UserId]) -> dict[UserId, frozenset[str]]:
        return dict.fromkeys(users, self.allowed)

    async def consents(self, *, user: UserId) -> list[ConsentView]:
        raise NotImplementedError

    async def consent(self, *, user: UserId, key: str, granted: bool) -> ConsentView:
        raise NotImplementedError


@dataclass
class Desk:
    room: Room
    people: People

    @property
    def features(self) -> Features:
        return self.room.promise(Features)

    async def fold(self) -> None:
        work, _ = self.room.built.works
        now = self.room.clock.now()
        await work.run(Shard(), Tick(1, now, now))


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    people = People()
    needs: dict[type, object] = {Profiles: people, Consents: people, Sources: None, Embedding: None}
    async with room(tmp_path, module, needs=needs) as built:
        built.kit.keys.create(LENA)
        yield Desk(built, people)


async def lived(desk: Desk, days: int = 3) -> None:
    for back in range(days, 0, -1):
        at = desk.room.clock.now() - timedelta(days=back)
        await desk.room.deliver(LENA, TaskCompleted(ref=f"c:{back}", project="flat", finished_at=at, due="2026-01-01"))


async def test_what_happened_counts_before_and_after_it_is_folded(desk: Desk) -> None:
    await lived(desk)
    before = await desk.features.of(user=LENA)
    await desk.fold()
    assert await desk.features.of(user=LENA) == before
    assert before["active_days"] == 3.0
    assert await desk.room.kit.db.read(repository.counts) == (1, 0)


async def test_others_are_told_which_features_have_other_values(desk: Desk) -> None:
    await lived(desk)
    assert not [one for one in await desk.room.published(LENA) if isinstance(one, UserUpdated)]
    for _ in range(2):
        await desk.fold()
    (told,) = [one for one in await desk.room.published(LENA) if isinstance(one, UserUpdated)]
    assert {"completions_today", "preferred_hour"} <= set(told.features)
    assert "dwell_seconds" not in told.features, "nobody looked at a tip"


async def test_many_people_are_asked_about_as_each_by_themselves(desk: Desk) -> None:
    await lived(desk)
    whole = await desk.features.states(user=LENA)  # type: ignore[attr-defined]
    for _ in range(2):
        kept = (await desk.features.kept(users=[LENA, UserId("01NOBODY000000000000000000")]))[LENA]
        assert opened(kept, Place("Europe/Berlin", time(3)), set(FEATURES)) == whole
        await desk.fold()


async def test_what_was_folded_by_an_older_definition_is_folded_anew(desk: Desk) -> None:
    await lived(desk)
    await desk.fold()
    before = await desk.features.of(user=LENA)
    cipher = desk.room.kit.keys.cipher(LENA)
    old = cipher.seal_bytes(STATES, b'{"days":[1,{}]}')
    await desk.room.kit.db.write(lambda tx: tx.execute(update(folded).values(states=old)).rowcount)
    (kept,) = (await desk.features.kept(users=[LENA])).values()
    assert opened(kept, Place(), set(FEATURES)) is None
    await desk.features.refold(user=LENA)
    (kept,) = (await desk.features.kept(users=[LENA])).values()
    assert opened(kept, Place(), set(FEATURES)) is not None and await desk.features.of(user=LENA) == before


async def test_the_same_event_counts_once_however_often_it_is_folded(desk: Desk) -> None:
    await lived(desk)
    for _ in range(3):
        await desk.fold()
    assert (await desk.features.of(user=LENA))["active_days"] == 3.0
    assert len((await desk.features.history(user=LENA)).activities) == 3


async def test_a_completion_before_the_day_boundary_belongs_to_the_day_before(desk: Desk) -> None:
    at = datetime(2026, 11, 20, 1, 30, tzinfo=UTC)  # 02:30 in Berlin, where the day ends at 03:00
    await desk.room.deliver(LENA, TaskCompleted(ref="c:1", finished_at=at))
    (one,) = (await desk.features.history(user=LENA)).activities
    assert (one.day, one.hour) == (datetime(2026, 11, 19).toordinal(), 2.5)


async def test_reactions_become_rates(desk: Desk) -> None:
    for tip, action in enumerate(("done", "done", "snooze", "dismiss", "undo")):
        await desk.room.deliver(LENA, TipServed(tip=f"t{min(tip, 3)}"))
        await desk.room.deliver(LENA, TipReacted(tip=f"t{min(tip, 3)}", action=action, dwell_ms=4000))
    values = await desk.features.of(user=LENA)
    assert values["reactions"] == 3.0, "the dismissal was undone"
    assert values["completion_rate"] == pytest.approx(3 / 5)


async def test_without_the_consent_nothing_is_said_and_what_waits_is_deleted(desk: Desk) -> None:
    await lived(desk)
    desk.people.allowed = frozenset()
    assert await desk.features.of(user=LENA) == {"reactions": 0.0, "active_days": 0.0}
    await desk.fold()
    desk.people.allowed = frozenset({"mood_habits"})
    assert (await desk.features.history(user=LENA)).activities == ()


async def test_taking_the_consent_back_says_how_much_went(desk: Desk) -> None:
    await lived(desk)
    await desk.fold()
    assert await desk.features.forget(user=LENA, consent="calendar_times") == 0
    assert await desk.features.forget(user=LENA, consent="mood_habits") == 4, "three completions and what was folded"


async def test_reactions_go_after_a_month_and_completions_after_four_hundred_days(desk: Desk) -> None:
    await desk.room.deliver(LENA, TipServed(tip="t1"))
    await lived(desk, 1)
    forget = next(job for job in desk.room.built.jobs if job.name == "features.forget")
    desk.room.clock.advance(timedelta(days=31))
    await forget.run()
    assert [one.verb for one in (await desk.features.history(user=LENA)).activities] == ["completed"]
    desk.room.clock.advance(timedelta(days=371))
    await forget.run()
    assert (await desk.features.history(user=LENA)).activities == ()


async def test_what_is_kept_names_nothing_in_the_open(desk: Desk) -> None:
    await desk.room.deliver(LENA, TaskCompleted(ref="c:secret-line", project="secret-project"))
    assert b"secret-project" not in await desk.room.at_rest()


async def test_a_date_that_is_none_is_left_out_and_the_rest_counts(desk: Desk) -> None:
    await desk.room.deliver(LENA, TaskCompleted(ref="c:1", due="9999-99-99", added="soon"))
    (one,) = (await desk.features.history(user=LENA)).activities
    assert one.due is None and one.added is None
