"""The world of one person: what they and the server know at an instant, and the queue of what comes."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from heapq import heappush
from typing import Any
from zoneinfo import ZoneInfo

from benchmarks.notifier.judge import Year
from benchmarks.notifier.people import Traveller, meetings, silent_spans
from oo.contracts.decisions import Kind
from oo.contracts.deliveries import Arm
from oo.contracts.items import Busy
from oo.contracts.policies import State
from oo.engine.interrupting import MOMENT_RULES, Offer, Reach, Sent, Situation
from oo.engine.interrupting.nights import quiet_until
from oo.engine.interrupting.situation import TipState
from oo.engine.timing import SHIPPED, share
from oo.engine.when import day_of, day_start

START = date(2026, 1, 1)
LIMIT, BETWEEN = 8, timedelta(minutes=20)
TOPICS = ("overdue", "today", "important", "soon", "undated")
KINDS: tuple[Kind, ...] = ("task",) * 5 + ("insight",) + ("task",) * 4 + ("advice",)
"""Kinds of tips in turn: what is no task is never pushed."""
LIES = ((40, 3.0, 5.0), (87, 1.5, -3.0), (170, 20.0, 26.0), (297, 2.0, -1.0), (330, 6.0, -9.0))
"""Days on whose evening the server's clock goes wrong, for how many hours, and by how many."""


NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True)
class Told:
    """Sums over people."""

    people: int = 0
    points: int = 0
    sent: int = 0
    shown: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    broken: Counter[str] = field(default_factory=Counter)
    broken_lying: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    by_month: dict[int, Counter[str]] = field(default_factory=dict)
    by_hour: Counter[int] = field(default_factory=Counter)
    """Messages that came to light, by the hour on the person's wall."""
    arms: Counter[str] = field(default_factory=Counter)

    def add(self, other: Told) -> None:
        """Count another's in."""
        for name in ("people", "points", "sent", "shown"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in ("reasons", "broken", "broken_lying", "faults", "by_hour", "arms"):
            getattr(self, name).update(getattr(other, name))
        for month, counts in other.by_month.items():
            self.by_month.setdefault(month, Counter()).update(counts)


@dataclass(slots=True)
class Tip:
    """A tip that stands, or stood."""

    number: int
    topic: str
    expires: datetime
    state: TipState = "standing"
    seen: bool = False
    kind: Kind = "task"


@dataclass(slots=True)
class Push:
    """A push with what came of it."""

    number: int
    tip: int
    at: datetime
    expires: datetime
    outcome: list[float]
    arm: Arm
    open: bool = True
    counted: bool = False
    waiting: int = 0
    claimed: set[int] = field(default_factory=set)
    first: datetime = NEVER

    @property
    def on_its_way(self) -> bool:
        """Whether nothing of it was claimed yet, and something still may be."""
        return not self.counted and self.waiting > 0


class World:
    """One person's world."""

    def __init__(self, who: Traveller, days: int, without: str = "") -> None:
        """`without` takes a rule of the moment or `no-task` out, to see that the judge notices."""
        # Another rule, that no tip is sent twice, hides that this one is missing: they are taken out together.
        self.twice = without == "one-open"
        self.pushes_all = without == "no-task"
        self.rules = tuple(rule for rule in MOMENT_RULES if rule.name != without)
        self.who, self.days, self.chance = who, days, who.chance
        self.year, self.told = Year(), Told(people=1)
        self.zone = who.home
        self.left: list[tuple[str, datetime]] = []
        self.pushes: list[Push] = []
        self.messages: list[list[datetime]] = [[] for _ in who.devices]
        self.tips = 0
        self.tip: Tip | None = None
        self.here_at: datetime | None = None
        self.state: State = SHIPPED.initial(share(who.a_day, []))
        self.counts: list[int] = []
        self.best: dict[int, dict[float, float]] = {}
        self.tried: Counter[tuple[str, bool]] = Counter()
        self.unlearnt: list[tuple[datetime, object, object, float, list[float]]] = []
        self.queue: list[tuple[datetime, int, str, tuple[Any, ...]]] = []
        self.serial = self.number = self.seed = self.allowed = 0
        self.arm: Arm = "learnt"
        self.wrong = (NEVER, NEVER, timedelta(0))
        self.true = NEVER
        for number in range(-2, days + 3):  # the calendar knows what is to come
            day = START + timedelta(days=number)
            self.year.busy += meetings(who, day)
            self.year.silent += silent_spans(who, day)
        self.year.busy.sort(key=_start)
        self.year.silent.sort()
        self.doubt = NEVER
        self.numbers = 0

    def _standing(self, now: datetime) -> Tip:
        if self.tip is not None and self.tip.expires <= now:
            self._finish("overtaken", now)
        if self.tip is None:
            self.tips += 1
            zone = ZoneInfo(self.zone)
            tomorrow = day_start(
                day_of(now, zone, self.who.day_ends_at) + timedelta(days=1), zone, self.who.day_ends_at
            )
            self.tip = Tip(
                self.tips,
                self.chance.choice(TOPICS),
                min(now + timedelta(hours=4), max(tomorrow, now + timedelta(minutes=5))),
                kind=KINDS[self.tips % len(KINDS)],
            )
            if self.tip.kind != "task":
                self.year.no_tasks.add(self.tips)
        return self.tip

    def _finish(self, state: TipState, now: datetime) -> None:
        tip = self.tip
        if tip is None:
            return
        tip.state = state
        self.year.ended.setdefault(tip.number, (self.true, state))
        for push in self.pushes[-4:]:
            if push.tip == tip.number and push.open:
                push.open = False
                self.year.answered[push.number] = self.true
        self.tip = None

    def _situation(self, now: datetime, but: int = 0) -> Situation:
        since = now - timedelta(days=3)
        self.pushes = [one for one in self.pushes if one.at >= since]
        return Situation(
            now=now,
            zone=self.zone,
            zones=tuple(name for name, at in self.left if now - at < timedelta(days=2) and name != self.zone),
            day_ends_at=self.who.day_ends_at,
            quiet=self.who.quiet,
            a_day=self.who.a_day,
            sent=tuple(Sent(one.at, one.expires, one.open) for one in self.pushes if one.counted and one.number != but),
            busy=tuple(self.busy_about(now)),
            contexts=frozenset({"focus"} if any(start <= now < end for start, end in self.silent_about(now)) else ()),
            silent_in=frozenset({"focus"}),
            here_at=self.here_at,
            steady=now >= self.doubt,
        )

    def busy_about(self, now: datetime) -> list[Busy]:
        """What of the calendar lies about an instant."""
        first = bisect_left(self.year.busy, now - timedelta(hours=30), key=_start)
        return self.year.busy[first : bisect_left(self.year.busy, now + timedelta(hours=30), key=_start)]

    def silent_about(self, now: datetime) -> list[tuple[datetime, datetime]]:
        """Silent contexts about an instant."""
        return self.year.silent[bisect_left(self.year.silent, (now - timedelta(hours=12), now)) :][:6]

    def _reach(self, device: int, now: datetime) -> Reach:
        had = self.messages[device] = [at for at in self.messages[device] if at > now - timedelta(days=3)]
        return Reach(self._device_zone(device), tuple(had), LIMIT, BETWEEN)

    def _device_zone(self, device: int) -> str:
        return self.zone if device == 0 else self.who.devices[device]

    def _offer(self, tip: Tip) -> Offer:
        pushed = not self.twice and any(one.tip == tip.number and one.counted for one in self.pushes)
        kind: Kind = "task" if self.pushes_all else tip.kind
        return Offer(str(tip.number), tip.state, tip.seen or pushed, tip.expires, kind)

    def _dropped(self, situation: Situation, at: datetime) -> None:
        """Quiet hours drop; one decision follows them."""
        zones = {self.zone, *(self._device_zone(one) for one in range(len(self.who.devices)))}
        ends = [quiet_until(situation.now, ZoneInfo(zone), situation.quiet) for zone in zones]
        due = min(end for end in ends if end is not None) + timedelta(minutes=5)
        mark = f"{due:%Y%m%dT%H}"
        if mark not in self.year.quiet_drops:
            self.year.quiet_drops[mark] = 0
            self._later(at + (due - situation.now), "fresh", mark)

    def _later(self, at: datetime, kind: str, *data: Any) -> None:
        self.serial += 1
        heappush(self.queue, (at, self.serial, kind, data))

    def _settle(self, now: datetime) -> None:
        """Learn from what is half an hour old; take back what is over."""
        while self.unlearnt and now - self.unlearnt[0][0] > timedelta(minutes=35):
            _, vectors, send, dose, outcome = self.unlearnt.pop(0)
            self.state = SHIPPED.update(self.state, vectors, send, SHIPPED.net(outcome[0], send, dose))  # type: ignore[arg-type]
        for push in self.pushes[-6:]:
            if push.open and push.expires <= now:
                push.open = False
                self.year.answered.setdefault(push.number, self.true)

    def _lie(self, number: int) -> tuple[datetime, datetime, timedelta]:
        for day, hours, by in LIES:
            if number == day:
                start = datetime(START.year, 1, 1, 18, tzinfo=UTC) + timedelta(days=day)
                return start, start + timedelta(hours=hours), timedelta(hours=by)
        return self.wrong


def _start(block: Busy) -> datetime:
    return block.start
