"""Views of all sorts of people at all sorts of moments, for property tests."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from hypothesis import settings
from hypothesis import strategies as st

from oo.contracts.decisions import Context, Hold, UserView
from oo.contracts.ids import HoldId, Ref, UserId
from oo.contracts.items import Busy, Facts
from oo.contracts.thoughts import Thought, thought_ref
from oo.engine.when import context

FEWER = settings(max_examples=40)
"""For properties of whole views, which take long to draw."""

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
ZONES = st.sampled_from(
    ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Apia", "+05:45", "-03:30"]
)
BOUNDARIES = st.sampled_from([time(0), time(3), time(4, 30), time(6)])
DAYS = st.dates(date(2026, 10, 1), date(2027, 1, 31))
INSTANTS = st.datetimes(datetime(2026, 10, 1), datetime(2027, 1, 31), timezones=st.just(UTC))
FLOATING = st.datetimes(datetime(2026, 10, 1), datetime(2027, 1, 31))
WHENS = st.one_of(DAYS, FLOATING, INSTANTS)
REFS = [Ref(f"c:{n}") for n in range(5)]
VERSIONS = st.sampled_from(["v1", "v2"])
TOPICS = ("overdue", "today", "soon", "important", "undated", "later")
AGENTS = [thought_ref(agent) for agent in ("momentum", "time_of_day")]


def facts(ref: Ref) -> st.SearchStrategy[Facts]:
    """Facts of one task, of every kind."""
    return st.builds(
        Facts,
        ref=st.just(ref),
        version=VERSIONS,
        state=st.sampled_from(["open", "open", "open", "done", "dropped"]),
        added=st.none() | WHENS,
        due=st.none() | WHENS,
        start=st.none() | st.none() | WHENS,
        finished=st.none() | WHENS,
        priority=st.integers(0, 3),
        started=st.booleans(),
        hidden=st.sampled_from([False, False, True]),
        waiting=st.sampled_from([False, False, True]),
        series=st.sampled_from([None, None, "s1", "s2"]),
        blocked_by=st.lists(st.sampled_from([*REFS, Ref("c:gone")]), max_size=2).map(tuple),
        project=st.sampled_from([None, "p1", "p2"]),
        labels=st.integers(0, 5),
        minutes=st.none() | st.integers(1, 300),
    )


TASKS = st.sets(st.sampled_from(REFS)).flatmap(lambda refs: st.tuples(*(facts(ref) for ref in sorted(refs))))


@st.composite
def holds(draw: st.DrawFn) -> Hold:
    """A hold that may be over, lapsed, or on something else."""
    scope = draw(st.sampled_from(["item", "item", "series", "kind"]))
    targets: dict[str, list[str]] = {
        "item": [*REFS, *AGENTS],
        "series": ["s1", "s2"],
        "kind": [*TOPICS, "advice", "insight"],
    }
    return Hold(
        id=HoldId(str(draw(st.integers(0, 10**6)))),
        reason=draw(st.sampled_from(["done", "snoozed", "dismissed"])) if scope == "item" else "dismissed",
        scope=scope,  # type: ignore[arg-type]
        target=draw(st.sampled_from(targets[scope])),
        since=draw(st.just(NOW - timedelta(days=1)) | INSTANTS),
        until=draw(st.none() | INSTANTS),
        version=draw(st.none() | VERSIONS),
    )


@st.composite
def busy(draw: st.DrawFn) -> Busy:
    """A block of a calendar, timed or all day."""
    start = draw(INSTANTS)
    return Busy(start, start + timedelta(minutes=draw(st.integers(0, 600))), draw(st.booleans()))


@st.composite
def contexts(draw: st.DrawFn) -> Context:
    """A moment of somebody's day."""
    blocks = draw(st.lists(busy(), max_size=3))
    return context(draw(INSTANTS), draw(ZONES), draw(BOUNDARIES), blocks, draw(st.sampled_from([None, "p1", "p2"])))


def thought(ref: Ref) -> st.SearchStrategy[Thought]:
    """What an agent knows, that may or may not be shown by itself."""
    made = {"version": VERSIONS, "text": st.just("A strong day."), "confidence": st.floats(0, 1)}
    return st.builds(Thought, ref=st.just(ref), **made, insight=st.booleans(), until=INSTANTS)


THOUGHTS = st.sets(st.sampled_from(AGENTS)).flatmap(lambda refs: st.tuples(*(thought(ref) for ref in sorted(refs))))

VIEWS = st.builds(
    UserView,
    user=st.just(UserId("u")),
    context=contexts(),
    facts=TASKS,
    holds=st.lists(holds(), max_size=4).map(tuple),
    thoughts=THOUGHTS,
    connected=st.integers(0, 2),
    stale_since=st.none() | st.none() | INSTANTS,
)
