"""Contexts: by hand or by rule, in the person's own zone, and who is silent meanwhile."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo.contracts.contexts import ContextRule, Contexts
from oo.contracts.errors import Invalid, NotFound
from oo.contracts.events import ContextChanged
from oo.contracts.ids import UserId
from oo.contracts.items import Busy
from oo.contracts.manifests import SEAMS
from oo.contracts.profiles import Profiles
from oo.kernel.plugins import discover
from oo.modules.profile import module
from oo.modules.profile.situations import rule_of, rule_text, situation
from oo.testing.rooms import Room, room

LENA = UserId("01LENA00000000000000000000")
WORK = ContextRule((0, 1, 2, 3, 4), time(9), time(18))
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC")
RULES = st.builds(
    ContextRule,
    st.lists(st.integers(0, 6), min_size=1, max_size=7, unique=True).map(lambda days: tuple(sorted(days))),
    st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    st.sampled_from(["", "meeting", "all-day"]),
).filter(lambda rule: rule.start != rule.end)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Room]:
    plugins: dict[str, Any] = {"agents": discover("agents", SEAMS["agents"].model_validate).plugins}
    async with room(tmp_path, module, plugins=plugins) as built:
        built.kit.keys.create(LENA)
        await built.promise(Profiles).change(user=LENA, values={"zone": "Europe/Berlin"})
        yield built


async def on(desk: Room, busy: tuple[Busy, ...] = ()) -> dict[str, str]:
    return {view.name: view.by for view in await desk.promise(Contexts).contexts(user=LENA, busy=busy) if view.on}


@pytest.mark.anyio
async def test_work_is_on_by_its_rule_and_off_in_the_evening(desk: Room) -> None:
    await desk.promise(Contexts).rule(user=LENA, context="work", rule=WORK)
    desk.clock.set(datetime(2026, 11, 18, 8, 30, tzinfo=UTC))  # a Wednesday, 09:30 in Berlin
    assert await on(desk) == {"work": "schedule"}
    view = (await desk.promise(Contexts).contexts(user=LENA))[0]
    assert view.until == datetime(2026, 11, 18, 17, tzinfo=UTC)
    desk.clock.set(datetime(2026, 11, 18, 17, tzinfo=UTC))
    assert await on(desk) == {}


@pytest.mark.anyio
async def test_what_the_person_says_goes_before_the_rule_as_long_as_it_lasts(desk: Room) -> None:
    await desk.promise(Contexts).rule(user=LENA, context="work", rule=WORK)
    desk.clock.set(datetime(2026, 11, 18, 9, tzinfo=UTC))
    until = desk.clock.now() + timedelta(hours=1)
    await desk.promise(Contexts).put(user=LENA, context="work", on=False, until=until)
    assert await on(desk) == {}
    desk.clock.set(until)
    assert await on(desk) == {"work": "schedule"}


@pytest.mark.anyio
async def test_a_holiday_in_the_calendar_puts_holiday_on(desk: Room) -> None:
    rule = ContextRule(calendar="all-day")
    await desk.promise(Contexts).rule(user=LENA, context="holiday", rule=rule)
    now = desk.clock.now()
    day = Busy(now - timedelta(hours=5), now + timedelta(hours=5), all_day=True)
    meeting = Busy(now - timedelta(hours=1), now + timedelta(hours=1))
    assert await on(desk, (meeting,)) == {}
    assert await on(desk, (meeting, day)) == {"holiday": "calendar"}


@pytest.mark.anyio
async def test_standing_says_who_takes_part(desk: Room) -> None:
    await desk.promise(Contexts).put(user=LENA, context="focus", on=True)
    await desk.promise(Contexts).switch(user=LENA, agent="habit", on=False)
    standing = await desk.promise(Contexts).standing(user=LENA)
    assert standing.contexts == {"focus"} and standing.off == {"habit"} and "mood_habits" in standing.consents
    await desk.promise(Contexts).switch(user=LENA, agent="habit", on=True)
    assert (await desk.promise(Contexts).standing(user=LENA)).off == frozenset()


@pytest.mark.anyio
async def test_a_context_says_what_it_silences_and_its_change_is_told(desk: Room) -> None:
    await desk.promise(Contexts).put(user=LENA, context="holiday", on=True)
    views = {view.name: view for view in await desk.promise(Contexts).contexts(user=LENA)}
    assert "momentum" in views["holiday"].silences and views["work"].silences == ()
    told = [event for event in await desk.published(LENA) if isinstance(event, ContextChanged)]
    assert told == [ContextChanged(context="holiday", active=True, source="person")]


@pytest.mark.anyio
async def test_nonsense_is_refused_with_the_mend(desk: Room) -> None:
    contexts = desk.promise(Contexts)
    with pytest.raises(Invalid, match="work, home"):
        await contexts.put(user=LENA, context="gym", on=True)
    with pytest.raises(Invalid, match="later time"):
        await contexts.put(user=LENA, context="work", on=True, until=desk.clock.now())
    with pytest.raises(Invalid, match="weekdays"):
        await contexts.rule(user=LENA, context="work", rule=ContextRule())
    with pytest.raises(Invalid, match="two different"):
        await contexts.rule(user=LENA, context="work", rule=ContextRule((0,), time(9), time(9)))
    with pytest.raises(NotFound):
        await contexts.switch(user=LENA, agent="nobody", on=False)


@given(RULES)
def test_a_rule_is_read_as_it_was_written(rule: ContextRule) -> None:
    text = rule_text(rule)
    assert rule_of(text) == rule and len(text or "") <= 80


@given(RULES, st.sampled_from(ZONES), st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)))
def test_a_scheduled_context_ends_when_it_says_in_every_zone_and_over_clock_changes(
    rule: ContextRule, name: str, at: datetime
) -> None:
    zone, now = ZoneInfo(name), at.replace(tzinfo=UTC)
    found = situation(now, zone, None, None, rule, ())
    if found.on:
        assert found.until is not None and now < found.until <= now + timedelta(hours=25)
        later = situation(found.until, zone, None, None, rule, ())
        assert not later.on or later.until != found.until
        before = situation(found.until - timedelta(seconds=1), zone, None, None, rule, ())
        assert before.on
