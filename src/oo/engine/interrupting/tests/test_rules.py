"""Every hard rule holds, said a second time in other words; and its test fails as soon as the rule is taken out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from oo.contracts.deliveries import Quiet
from oo.engine.interrupting.rules import (
    DEVICE_RULES,
    MOMENT_RULES,
    TIP_RULES,
    DeviceRule,
    MomentRule,
    TipRule,
    forbidden,
    lives_for,
    out_of_reach,
    unfit,
)
from oo.engine.interrupting.situation import Offer, Reach, Situation
from oo.engine.interrupting.tests.people import offers, plain, reaches, situations
from oo.engine.when import day_of

NOON = Situation(datetime(2026, 7, 1, 12, tzinfo=UTC), "UTC")
STRICT = settings(max_examples=150, deadline=None, derandomize=True, database=None)
HUNTING = settings(STRICT, max_examples=1500, phases=(Phase.generate,))


def quiet_minutes(quiet: Quiet | None) -> set[int]:
    """The minutes of a day that are quiet, one by one."""
    if quiet is None:
        return set()
    minute, end, found = quiet.start.hour * 60 + quiet.start.minute, quiet.end.hour * 60 + quiet.end.minute, set()
    while minute != end:
        found.add(minute)
        minute = (minute + 1) % 1440
    return found


def shows_quiet(now: datetime, zone: str, quiet: Quiet | None) -> bool:
    """Whether a clock on the wall there shows a quiet minute."""
    text = now.astimezone(ZoneInfo(zone)).strftime("%H:%M")
    return int(text[:2]) * 60 + int(text[3:]) in quiet_minutes(quiet)


def on_this_day(now: datetime, at: datetime, zone: str, now_: Situation) -> bool:
    """Whether an instant is on the day of now, or after it, in a zone."""
    place = ZoneInfo(zone)
    return day_of(at, place, now_.day_ends_at) >= day_of(now, place, now_.day_ends_at)


def too_many(now: Situation) -> bool:
    """Whether there were as many as allowed on this very day, in any zone they were in."""
    counts = [sum(on_this_day(now.now, one.at, zone, now) for one in now.sent) for zone in (now.zone, *now.zones)]
    return now.a_day > 0 and max(counts) >= now.a_day


BROKEN: Mapping[str, Callable[[Situation], bool]] = {
    "switched-off": lambda now: now.a_day == 0,
    "clock": lambda now: now.steady is False,
    "quiet-hours": lambda now: shows_quiet(now.now, now.zone, now.quiet),
    "context": lambda now: any(name in now.silent_in for name in now.contexts),
    "meeting": lambda now: any(
        (now.now - one.start).total_seconds() >= 0 > (now.now - one.end).total_seconds()
        for one in now.busy
        if not one.all_day
    ),
    "here": lambda now: now.here_at is not None and abs((now.now - now.here_at).total_seconds()) < 300,
    "budget": too_many,
    "one-open": lambda now: any(one.open and (one.expires_at - now.now).total_seconds() > 0 for one in now.sent),
}
TIP_BROKEN: Mapping[str, Callable[[Situation, Offer], bool]] = {
    "done": lambda now, tip: tip.state == "done",
    "dismissed": lambda now, tip: tip.state == "dismissed",
    "snoozed": lambda now, tip: tip.state == "snoozed",
    "overtaken": lambda now, tip: (
        tip.state == "overtaken" or (tip.expires_at is not None and (tip.expires_at - now.now).total_seconds() <= 0)
    ),
    "on-screen": lambda now, tip: tip.seen,
    "no-task": lambda now, tip: tip.kind not in ("task", "reminder"),
}
DEVICE_BROKEN: Mapping[str, Callable[[Situation, Reach], bool]] = {
    "device-quiet": lambda now, device: device.zone != "" and shows_quiet(now.now, device.zone, now.quiet),
    "device-limit": lambda now, device: (
        sum(on_this_day(now.now, at, device.zone or now.zone, now) for at in device.messages) >= device.a_day
    ),
    "device-gap": lambda now, device: any(
        abs((now.now - at).total_seconds()) < device.between.total_seconds() for at in device.messages
    ),
    "channel-limit": lambda now, device: device.over_channel >= device.channel_a_day,
}


def moments_hold(names: Iterable[str], rules: tuple[MomentRule, ...], how: settings = STRICT) -> None:
    """Wherever these rules allow an interruption, nothing is broken under these names."""

    @how
    @given(situations())
    def held(now: Situation) -> None:
        assert forbidden(now, rules) is not None or not [name for name in names if BROKEN[name](now)]

    held()


def tips_hold(names: Iterable[str], rules: tuple[TipRule, ...], how: settings = STRICT) -> None:
    """Wherever these rules allow a tip, nothing is broken under these names."""

    @how
    @given(offers(NOON.now))
    def held(offer: Offer) -> None:
        assert unfit(NOON, offer, rules) is not None or not [name for name in names if TIP_BROKEN[name](NOON, offer)]

    held()


def devices_hold(names: Iterable[str], rules: tuple[DeviceRule, ...], how: settings = STRICT) -> None:
    """Wherever these rules allow a device, nothing is broken under these names."""

    @how
    @given(plain(), st.data())
    def held(now: Situation, data: st.DataObject) -> None:
        device = data.draw(reaches(now.now))
        broken = [name for name in names if DEVICE_BROKEN[name](now, device)]
        assert out_of_reach(now, device, rules) is not None or not broken

    held()


def test_no_rule_of_the_moment_is_ever_broken() -> None:
    moments_hold(BROKEN, MOMENT_RULES)


def test_no_rule_of_the_tip_is_ever_broken() -> None:
    tips_hold(TIP_BROKEN, TIP_RULES)


def test_no_rule_of_the_device_is_ever_broken() -> None:
    devices_hold(DEVICE_BROKEN, DEVICE_RULES)


@pytest.mark.parametrize("name", [rule.name for rule in MOMENT_RULES])
def test_the_test_fails_when_a_rule_of_the_moment_is_taken_out(name: str) -> None:
    with pytest.raises(AssertionError):
        moments_hold([name], tuple(rule for rule in MOMENT_RULES if rule.name != name), HUNTING)


@pytest.mark.parametrize("name", [rule.name for rule in TIP_RULES])
def test_the_test_fails_when_a_rule_of_the_tip_is_taken_out(name: str) -> None:
    with pytest.raises(AssertionError):
        tips_hold([name], tuple(rule for rule in TIP_RULES if rule.name != name), HUNTING)


@pytest.mark.parametrize("name", [rule.name for rule in DEVICE_RULES])
def test_the_test_fails_when_a_rule_of_the_device_is_taken_out(name: str) -> None:
    with pytest.raises(AssertionError):
        devices_hold([name], tuple(rule for rule in DEVICE_RULES if rule.name != name), HUNTING)


def test_every_rule_is_said_a_second_time() -> None:
    assert [*BROKEN] == [rule.name for rule in MOMENT_RULES]
    assert [*TIP_BROKEN] == [rule.name for rule in TIP_RULES]
    assert [*DEVICE_BROKEN] == [rule.name for rule in DEVICE_RULES]


@settings(STRICT, max_examples=50)
@given(st.data())
def test_a_message_that_waits_for_its_device_never_comes_to_light_at_a_forbidden_time(data: st.DataObject) -> None:
    now = data.draw(situations())
    device, offer = data.draw(reaches(now.now)), data.draw(offers(now.now))
    lives = lives_for(now, offer, device)
    assert timedelta(0) <= lives <= timedelta(hours=4)
    second = 0
    while second < lives.total_seconds():
        at = now.now + timedelta(seconds=second)
        assert not shows_quiet(at, now.zone, now.quiet)
        assert not device.zone or not shows_quiet(at, device.zone, now.quiet)
        assert not any(one.start <= at < one.end for one in now.busy if not one.all_day)
        assert offer.expires_at is None or at < offer.expires_at
        second += 60
