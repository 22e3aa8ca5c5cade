"""Made-up moments of made-up people, from which hypothesis chooses; times near clock changes come up often."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import get_args

from hypothesis import strategies as st

from oo.contracts.decisions import Kind
from oo.contracts.deliveries import Quiet
from oo.contracts.items import Busy
from oo.engine.interrupting.situation import Offer, Reach, Sent, Situation, TipState

ZONES = (
    *("Europe/Berlin", "America/New_York", "Asia/Tokyo", "Asia/Kolkata", "Australia/Lord_Howe"),
    *("Pacific/Kiritimati", "Pacific/Pago_Pago", "America/St_Johns", "Africa/Casablanca", "UTC"),
)
"""Half hours, a change of half an hour, both sides of the date line, and a zone whose summer pauses."""
STATES: tuple[TipState, ...] = ("standing", "standing", "done", "snoozed", "dismissed", "overtaken")
CHANGES = (datetime(2026, 3, 29, 1), datetime(2026, 10, 25, 1), datetime(2026, 11, 1, 6), datetime(2026, 4, 4, 15))


@st.composite
def instants(draw: st.DrawFn) -> datetime:
    """An instant of the year, often within a day of a clock change."""
    start = draw(st.sampled_from([*CHANGES, datetime(2026, 1, 1), datetime(2026, 7, 1)])).replace(tzinfo=UTC)
    return start + timedelta(seconds=draw(st.integers(-86_400, 86_400)))


def clocks() -> st.SearchStrategy[time]:
    """A time of day, to the minute."""
    return st.builds(lambda minutes: time(minutes // 60, minutes % 60), st.integers(0, 1439))


def nights() -> st.SearchStrategy[Quiet | None]:
    """Quiet hours of any length, or none."""
    some = st.tuples(clocks(), clocks()).filter(lambda both: both[0] != both[1])
    return st.one_of(st.none(), some.map(lambda both: Quiet(both[0], both[1], "person")))


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    """A person at a moment, with a past that the moment is close to."""
    now = draw(instants())
    near = st.integers(-2_900, 600).map(lambda minutes: now + timedelta(minutes=minutes))
    sent = st.builds(
        lambda at, minutes, left: Sent(at, at + timedelta(minutes=minutes), left),
        near,
        st.integers(1, 240),
        st.booleans(),
    )
    busy = st.builds(
        lambda at, minutes, whole: Busy(at, at + timedelta(minutes=minutes), whole),
        near,
        st.integers(1, 600),
        st.booleans(),
    )
    names = st.sampled_from(("work", "home", "focus", "holiday"))
    return Situation(
        now=now,
        zone=draw(st.sampled_from(ZONES)),
        zones=tuple(draw(st.lists(st.sampled_from(ZONES), max_size=3))),
        day_ends_at=time(draw(st.integers(0, 5)), draw(st.sampled_from((0, 30)))),
        quiet=draw(nights()),
        a_day=draw(st.integers(0, 4)),
        sent=tuple(draw(st.lists(sent, max_size=5))),
        busy=tuple(draw(st.lists(busy, max_size=3))),
        contexts=frozenset(draw(st.lists(names, max_size=2))),
        silent_in=frozenset(draw(st.lists(names, max_size=2))),
        here_at=draw(st.one_of(st.none(), near, st.just(now))),
        steady=draw(st.sampled_from((True, True, True, False))),
    )


def plain() -> st.SearchStrategy[Situation]:
    """A moment in a zone with quiet hours; what rules of devices look at."""
    ends = st.sampled_from((time(0), time(3), time(5, 30)))
    return st.builds(Situation, now=instants(), zone=st.sampled_from(ZONES), quiet=nights(), day_ends_at=ends)


@st.composite
def offers(draw: st.DrawFn, now: datetime) -> Offer:
    """A tip in any state."""
    state: TipState = draw(st.sampled_from(STATES))
    ends = now + timedelta(minutes=draw(st.integers(-60, 240)))
    kind = draw(st.sampled_from(get_args(Kind)))
    return Offer("t1", state, draw(st.booleans()), draw(st.sampled_from((None, ends))), kind)


@st.composite
def reaches(draw: st.DrawFn, now: datetime) -> Reach:
    """A device that was written to before."""
    messages = draw(st.lists(st.integers(-2_800, 60), max_size=6))
    return Reach(
        zone=draw(st.sampled_from(("", *ZONES))),
        messages=tuple(now + timedelta(minutes=minutes) for minutes in messages),
        a_day=draw(st.integers(1, 4)),
        between=timedelta(minutes=draw(st.integers(0, 60))),
        over_channel=draw(st.integers(0, 6)),
        channel_a_day=draw(st.integers(1, 6)),
    )
