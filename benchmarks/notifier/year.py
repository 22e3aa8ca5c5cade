"""A simulated year: real rules, real slots, the real bandit, and around them a world that travels, lies and fails."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from heapq import heappop
from typing import Any
from zoneinfo import ZoneInfo

from benchmarks.notifier.judge import Shown, violations, while_wrong
from benchmarks.notifier.people import traveller
from benchmarks.notifier.world import BETWEEN, LIMIT, START, Push, Tip, Told, World
from oo.engine.interrupting import ALLOWED, Offer, gate, lives_for, out_of_reach
from oo.engine.interrupting.deciding import weigh
from oo.engine.interrupting.situation import TipState
from oo.engine.interrupting.slots import arm_of, liked_slots, meeting_ends, random_slots
from oo.engine.interrupting.worth import reward_of, value_later, value_now
from oo.engine.timing import SHIPPED, moment, share
from oo.engine.when import day_start


class Living(World):
    """One person's year."""

    def live(self) -> Told:
        """All days, one after the other."""
        for number in range(self.days):
            self._day(START + timedelta(days=number), number)
        # What was dropped in the last night is decided in the year that follows.
        for _, _, kind, data in self.queue:
            if kind == "fresh":
                self.year.quiet_drops.pop(data[0], None)
        self.told.broken.update(violations(self.who, self.year, LIMIT, BETWEEN))
        self.told.broken_lying.update(while_wrong(self.who, self.year))
        self.told.shown = len(self.year.shown)
        for one in self.year.shown:
            self.told.by_hour[one.at.astimezone(ZoneInfo(one.zone)).hour] += 1
        return self.told

    def _day(self, day: date, number: int) -> None:
        who, chance = self.who, self.chance
        place, length = ZoneInfo(self.zone), timedelta(days=1)
        begins = day_start(day, place, who.day_ends_at)
        self.seed = who.number * 400 + number
        self.arm, self.number, self.allowed = arm_of(self.seed), number, 0
        self.wrong = self._lie(number)
        times = [(begins + length * chance.random(), "visit") for _ in range(chance.randint(0, who.visits))]
        times += [(begins + length * chance.uniform(0.25, 0.95), "closed") for _ in range(chance.choice((0, 1, 2, 3)))]
        times += [(begins + length * chance.random(), "ended") for _ in range(2)]
        if self.arm == "random":
            slots = random_slots(day, place, who.day_ends_at, who.quiet, self.seed)
            times += [(at, "random-slot") for at in slots]
        else:
            times += [(at, "liked-slot") for at in liked_slots(day, place, who.good_hours, self.seed)]
            times += [(at, "after-meeting") for at in meeting_ends(self.busy_about(begins), begins, begins + length)]
            times.append((begins + length * chance.uniform(0.2, 0.5), "first-activity"))
        for at, kind in times:
            if at > self.true:  # whoever flew east has lived a part of this day
                self._later(at, kind)
        while self.queue and self.queue[0][0] < begins + length:
            at, _, kind, data = heappop(self.queue)
            self._event(at, kind, data)
        self.counts = [*self.counts[-13:], self.allowed]

    def _event(self, at: datetime, kind: str, data: tuple[Any, ...]) -> None:
        """One thing that happens, at a true instant; the server sees it by its own clock."""
        start, end, by = self.wrong
        honest, self.true = not start <= at < end, at
        now = at if honest else at + by
        for change in (start, end):
            if change <= at < change + timedelta(minutes=10):
                self.doubt = now + timedelta(minutes=10) - (at - change)
        self._settle(now)
        if kind == "visit":
            self._visit(now, at)
        elif kind == "ended":
            self._end(now)
        elif kind == "react":
            self._react(now, *data)
        elif kind == "claim":
            self._claim(now, at, *data, honest=honest)
        else:
            self._point(now, at, kind)
            if kind == "fresh":
                self.year.quiet_drops[data[0]] += 1

    def _visit(self, now: datetime, true: datetime) -> None:
        """Somebody opens the page: their zone is known, and the tip was on a screen."""
        where = self.who.zone_at(true)
        if where != self.zone:
            self.left = [one for one in self.left if now - one[1] < timedelta(days=2)] + [(self.zone, now)]
            self.zone = where
        self.here_at = now
        self.year.visits.append(self.true)
        tip = self._standing(now)
        tip.seen = True
        self.year.seen.setdefault(tip.number, self.true)
        self._answer(now)

    def _answer(self, now: datetime) -> None:
        if self.chance.random() < 0.4:
            verb: TipState = self.chance.choice(("done", "done", "snoozed", "dismissed"))
            self._finish(verb, now)

    def _end(self, now: datetime) -> None:
        """Something happens to the task in its source: it is done there, or another tip takes its place."""
        if self.tip is not None:
            self._finish(self.chance.choice(("done", "overtaken")), now)

    def _point(self, now: datetime, at: datetime, kind: str) -> None:
        """One decision point, the way that the module takes it."""
        self.told.points += 1
        situation = self._situation(now)
        silence = gate(situation, None, self.rules)
        reason = "" if silence is None else silence.reason
        near: list[int] = []
        if not reason:
            rules = [out_of_reach(situation, self._reach(one, now)) for one in range(len(self.who.devices))]
            near = [device for device, rule in enumerate(rules) if rule is None]
            reason = "" if near else rules[0] or ""
        if not reason and any(one.on_its_way for one in self.pushes):
            reason = "same-moment"
        if not reason:
            tip = self._standing(now)
            unfit = gate(situation, self._offer(tip), self.rules)
            reason = self._weigh(now, at, tip, near) if unfit is None else unfit.reason
        if reason in ("quiet-hours", "device-quiet"):
            self._dropped(situation, at)
        self.allowed += reason in ALLOWED
        self.told.reasons[reason] += 1
        month = self.told.by_month.setdefault(now.month, Counter())
        month[reason] += 1

    def _weigh(self, now: datetime, at: datetime, tip: Tip, near: list[int]) -> str:
        who, local = self.who, now.astimezone(ZoneInfo(self.zone))
        hour = local.hour + local.minute / 60
        allowed = share(who.a_day, self.counts)
        acted, shown = self.tried[tip.topic, True], self.tried[tip.topic, True] + self.tried[tip.topic, False]
        worth = value_now(tip.topic, acted, shown)
        later = [
            max((v for h, v in day.items() if h > hour), default=0.0)
            for n, day in self.best.items()
            if n != self.number
        ]
        later = [value for value in later if value > 0]
        last = max((one.at for one in self.pushes if one.counted), default=None)
        dose = SHIPPED.dose(self.state)
        vectors = moment(
            hour=hour,
            weekend=local.weekday() >= 5,
            days_of_use=float(self.number),
            minutes_since_interruption=None if last is None else max((now - last).total_seconds() / 60, 0.0),
            minutes_since_use=None if self.here_at is None else max((now - self.here_at).total_seconds() / 60, 0.0),
            dose=dose,
            value_now=worth,
            value_later=value_later(later, worth),
        )
        verdict = weigh(
            *(self.state, vectors, self.arm),
            seed=self.chance.getrandbits(63),
            share=allowed,
            day_seed=self.seed,
            a_day=who.a_day,
        )
        assert verdict.send is not None
        self.state = SHIPPED.spent(self.state, verdict.send, allowed)
        self.best.setdefault(self.number, {})[hour] = worth
        for old in [one for one in self.best if one < self.number - 14]:
            del self.best[old]
        outcome = [0.0]
        self.unlearnt.append((now, vectors, verdict.send, dose, outcome))
        if not verdict.sent:
            if self.chance.random() < 0.05:
                outcome[0] = 1.0
            return verdict.reason
        self.numbers += 1
        push = Push(self.numbers, tip.number, now, tip.expires, outcome, self.arm)
        self.pushes.append(push)
        claim = at + timedelta(seconds=self.chance.uniform(0, 3))
        if self.chance.random() < 0.02:  # a reaction in the second between decision and claim
            self.told.faults["reaction between decision and claim"] += 1
            self._later(claim, "ended")
        push.waiting = min(len(near), 5)
        for device in near[:5]:
            self._later(claim, "claim", push, tip, device, 0)
        return verdict.reason

    def _react(self, now: datetime, push: Push, state: TipState) -> None:
        if not push.open or (self.tip is None or self.tip.number != push.tip):
            return
        minutes = (now - push.first).total_seconds() / 60
        if state == "done":
            push.outcome[0] = reward_of("done", minutes)
            self.told.arms[f"{push.arm} in time"] += minutes <= 30
        self._finish(state, now)

    def _claim(
        self, now: datetime, at: datetime, push: Push, tip: Tip, device: int, tries: int, *, honest: bool
    ) -> None:
        """Take a delivery and hand it over, as long as no rule says no at this very moment."""
        chance, faults = self.chance, self.told.faults
        rule = self._stops(now, push, tip, device)
        if rule:
            faults[f"dropped at the claim: {rule}"] += 1
            if rule in ("quiet-hours", "device-quiet"):
                self._dropped(self._situation(now), at)
            push.waiting -= 1
            return
        if not push.counted:
            push.counted, push.first = True, now
            self.told.sent += 1
            self.told.arms[f"{push.arm} sent"] += 1
            self._will_react(now, at, push, tip)
        push.at = now
        if chance.random() < 0.03 and tries < 3:  # the service is busy: it was certainly not taken
            faults["later"] += 1
            self._later(at + timedelta(seconds=chance.uniform(30, 900)), "claim", push, tip, device, tries + 1)
            return
        push.waiting -= 1
        self.messages[device].append(now)
        for _ in range(2 if chance.random() < 0.02 else 1):  # two workers want the same row
            if device in push.claimed:
                faults["second worker refused"] += 1
                continue
            push.claimed.add(device)
            if chance.random() < 0.01:
                faults["killed between claim and send"] += 1
                continue
            self._show(push, tip, device, now, honest=honest)

    def _will_react(self, now: datetime, at: datetime, push: Push, tip: Tip) -> None:
        good = now.astimezone(ZoneInfo(self.zone)).hour in self.who.good_hours
        p, roll = self.who.eager * (1.3 if good else 0.7), self.chance.random()
        if roll < p:
            self._later(at + timedelta(minutes=self.chance.expovariate(1 / 12)), "react", push, "done")
        elif roll < p + 0.15:
            self._later(at + timedelta(minutes=self.chance.uniform(0, 60)), "react", push, "dismissed")
        self.tried[tip.topic, roll < p] += 1

    def _stops(self, now: datetime, push: Push, tip: Tip, device: int) -> str:
        situation = self._situation(now, but=push.number)
        kind = self._offer(tip).kind
        offer = Offer(str(tip.number), tip.state, tip.seen, tip.expires, kind)
        silence = gate(situation, offer, self.rules)
        return (silence.reason if silence else "") or out_of_reach(situation, self._reach(device, now)) or ""

    def _show(self, push: Push, tip: Tip, device: int, now: datetime, *, honest: bool) -> None:
        situation = self._situation(now, but=push.number)
        ttl = lives_for(situation, self._offer(tip), self._reach(device, now))
        held = timedelta(0)
        if self.chance.random() < 0.1:  # the device is off: its service holds the message, at most as long as it lives
            held = ttl * self.chance.random()
            self.told.faults["held for a device that was off"] += 1
        zones = tuple(name for name, at in self.left if now - at < timedelta(days=2))
        where = (self.zone, self._device_zone(device))
        true = self.true
        self.year.shown.append(Shown(push.number, tip.number, device, true, now, now + held, *where, zones, honest))


def lived(number: int, seed: int = 2026, days: int = 365, without: str = "") -> Told:
    """One person's year."""
    return Living(traveller(number, seed, START, days), days, without).live()
