"""What a person wishes, and where they are: quiet hours of their own, inferred or none; zones that travel."""

from __future__ import annotations

from datetime import time, timedelta

import pytest

from oo.contracts.deliveries import Quiet
from oo.contracts.errors import Invalid
from oo.contracts.events import PrefSet
from oo.contracts.knowledge import Known
from oo.modules.notifier.tests.stage import NOW, USER, Stage

pytestmark = pytest.mark.anyio


async def test_quiet_hours_are_one_s_own_else_what_was_inferred_else_the_usual_night(stage: Stage) -> None:
    notifier = stage.notifier
    assert (await notifier.wishes(user=USER)).quiet == Quiet(time(22), time(7), "default")
    stage.rooms.said = [
        Known("time_of_day", "quiet_start", 23.5, "inferred", NOW),
        Known("time_of_day", "quiet_end", 6.0, "inferred", NOW),
    ]
    assert (await notifier.wishes(user=USER)).quiet == Quiet(time(23, 30), time(6), "inferred")
    own = await notifier.wish(user=USER, quiet=(time(21), time(9)))
    assert own.quiet == Quiet(time(21), time(9), "person")
    assert (await notifier.wish(user=USER, quiet="none")).quiet is None
    assert (await notifier.wish(user=USER, quiet="inferred")).quiet == Quiet(time(23, 30), time(6), "inferred")


async def test_a_run_of_idle_hours_that_is_no_night_is_not_taken_for_one(stage: Stage) -> None:
    stage.rooms.said = [
        Known("time_of_day", "quiet_start", 12.0, "inferred", NOW),
        Known("time_of_day", "quiet_end", 6.0, "inferred", NOW),
    ]
    assert (await stage.notifier.wishes(user=USER)).quiet == Quiet(time(22), time(7), "default")


async def test_what_is_not_named_stays_and_nonsense_is_refused(stage: Stage) -> None:
    await stage.notifier.wish(user=USER, a_day=0, silent_in=("work",))
    kept = await stage.notifier.wish(user=USER, quiet=(time(20), time(8)))
    assert (kept.a_day, kept.silent_in) == (0, ("work",))
    for wrong in ({"a_day": 9}, {"a_day": -1}, {"quiet": (time(7), time(7))}, {"silent_in": ("sleep",)}):
        with pytest.raises(Invalid):
            await stage.notifier.wish(user=USER, **wrong)


async def test_the_dial_at_0_sends_nothing_and_says_so(stage: Stage) -> None:
    await stage.device()
    await stage.notifier.wish(user=USER, a_day=0)
    assert (await stage.decide()).reason == "switched-off"
    why = await stage.notifier.why_nothing(user=USER)
    assert (why.reason, why.said) == ("switched-off", "The dial stands at 0: tips wait until you look.")
    await stage.notifier.wish(user=USER, a_day=3)
    assert (await stage.notifier.why_nothing(user=USER)).reason == "not-yet"


async def test_quiet_hours_are_those_of_where_the_phone_is_now(stage: Stage) -> None:
    await stage.device()  # ten in the morning in Berlin
    assert (await stage.notifier.why_nothing(user=USER)).reason == "not-yet"
    await stage.notifier.heartbeat(user=USER, channel="recording", values={"key": "phone"}, zone="America/Los_Angeles")
    stage.clock.advance(timedelta(minutes=10))
    assert (await stage.decide()).reason == "quiet-hours"
    fresh = [one for one in await stage.points() if one.kind == "fresh"]
    assert [f"{one.due_at:%H:%M}" for one in fresh] == ["15:05"]  # five past seven there


async def test_a_laptop_at_home_is_not_lit_in_its_night(stage: Stage) -> None:
    await stage.device("laptop", zone="Asia/Tokyo")
    await stage.notifier.heartbeat(user=USER, zone="Europe/Berlin")
    stage.clock.set(NOW + timedelta(hours=5))  # three in the afternoon in Berlin, eleven at night in Tokyo
    stage.stand()
    assert (await stage.decide()).reason == "device-quiet"


async def test_flying_gives_no_second_budget(stage: Stage) -> None:
    await stage.device()
    await stage.notifier.wish(user=USER, a_day=1, quiet="none")
    await stage.until_sent()
    await stage.job("send")
    await stage.reacted("dismiss")
    for zone in ("Asia/Tokyo", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Europe/Berlin"):
        await stage.notifier.heartbeat(user=USER, channel="recording", values={"key": "phone"}, zone=zone)
        stage.clock.advance(timedelta(minutes=30))
        stage.stand(2)
        assert (await stage.decide()).reason == "budget", zone
    await stage.room.deliver(USER, PrefSet(scope="global", key="zone", value="Asia/Kolkata", source="user"))
    stage.clock.advance(timedelta(minutes=30))
    stage.stand(2)
    assert (await stage.decide()).reason == "budget"
    assert len(stage.channel.handed) == 1
