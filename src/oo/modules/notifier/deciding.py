"""Decides the points whose time has come: gates, the best tip, whether it is worth it; all of it is logged."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row

from oo.contracts.deliveries import Arm
from oo.contracts.experiments import Experiments
from oo.contracts.ids import UserId
from oo.contracts.tips import Tip, Tips
from oo.contracts.zones import zone_of
from oo.engine.interrupting import Verdict, gate, out_of_reach
from oo.engine.interrupting.nights import quiet_until
from oo.engine.interrupting.slots import arm_of
from oo.kernel.db import Transaction
from oo.kernel.keys import KeyGone
from oo.kernel.log import get_logger
from oo.kernel.module import Kit
from oo.modules.notifier.gathering import Gathering, Person, offer_of, reach_of
from oo.modules.notifier.planned import delivery_row, point_row, push_row
from oo.modules.notifier.repository import log as deliveries
from oo.modules.notifier.repository import moments

AT_ONCE = 100
BESIDE = 8
"""People that are thought about beside each other."""
LATE = timedelta(minutes=30)
"""A moment this long ago has passed: it is let go of, and not made up for."""
MOST_DEVICES = 5
"""Devices that a push goes to, those that were here last; a person with a thousand is not called a thousand times."""
AFTER_QUIET = timedelta(minutes=5)
FRESH = "fresh"

log = get_logger("notifier")


@dataclass(slots=True)
class Decided:
    """What came of a point, as it is to be written."""

    point: Row[Any]
    verdict: Verdict
    arm: Arm
    row: dict[str, Any]
    temper: dict[str, Any] | None = None
    price: tuple[float, float] | None = None
    push: dict[str, Any] | None = None
    deliveries: list[dict[str, Any]] = field(default_factory=list)
    fresh: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Deciding:
    """Decides."""

    kit: Kit
    gathering: Gathering
    tips: Tips
    experiments: Experiments

    async def run(self) -> int:
        """Decide what is due, a batch after the other; how many points."""
        count = 0
        while True:
            now = self.kit.clock.now()
            rows = await self.kit.db.read(lambda tx, now=now: moments.due_points(tx, now, AT_ONCE))  # type: ignore[misc]
            if rows:
                await self.batch(rows)
            count += len(rows)
            if len(rows) < AT_ONCE:
                return count

    async def batch(self, rows: Sequence[Row[Any]]) -> None:
        """Decide these points, and write what was decided in one unit."""
        people = await self.gathering.people([UserId(user) for user in dict.fromkeys(row.user_id for row in rows)])
        turns, asked, silent = asyncio.Semaphore(BESIDE), set(), []
        thinking = []
        for row in rows:
            person = people.get(UserId(row.user_id))
            if person is None or row.user_id in asked or person.own.on_its_way or self._late(row):
                silent.append((row, person))
            else:
                asked.add(row.user_id)
                thinking.append(self._in_turn(turns, row, person))
        decided = list(await asyncio.gather(*thinking))
        decided += [self._silent(row, person, "late" if self._late(row) else "same-moment") for row, person in silent]
        written = await self.kit.db.write(lambda tx: self._write(tx, decided))
        sends = [(UserId(one.point.user_id), one.verdict.send) for one in written if one.verdict.send is not None]
        tossed = [(user, send) for user, send in sends if 0.0 < send.probability < 1.0]
        await asyncio.gather(  # beside each other: what waits together is committed together
            *(self.experiments.toss(user=user, probability=send.probability, sent=send.sent) for user, send in tossed)
        )

    async def think(self, row: Row[Any], person: Person) -> Decided:
        """One point: what rules say, what the best tip is, and whether it is worth it."""
        now = person.situation.now
        arm = arm_of(self.gathering.day_seed(person.user, person.ordinal))
        silence = gate(person.situation, None)  # own rows alone: most moments end here
        if silence is None and not person.own.devices:
            silence = Verdict(False, "no-device", 0.0)
        if silence is None:
            person = await self.gathering.whole(person)
            silence = gate(person.situation, None)
        chosen, why = ([], "") if silence is not None else self._within_reach(person)
        if silence is None and not chosen:
            silence = Verdict(False, why, 0.0)
        if silence is not None:
            return self._silent(row, person, silence.reason, arm)
        found = await self.tips.recommend(user=person.user)
        tip = found.tip
        if tip is None:
            return self._silent(row, person, "nothing-to-say", arm)
        unfit = gate(person.situation, offer_of(person, tip))
        if unfit is not None:
            return self._silent(row, person, unfit.reason, arm, tip)
        return self._weighed(row, person, arm, tip, chosen, now)

    def _weighed(
        self, row: Row[Any], person: Person, arm: Arm, tip: Tip, chosen: Sequence[Row[Any]], now: datetime
    ) -> Decided:
        from oo.modules.notifier.weighing import weighed  # numpy comes with it

        found = weighed(
            self.kit.keys,
            person,
            tip,
            arm,
            seed=self.kit.chance.seed(),
            day_seed=self.gathering.day_seed(person.user, person.ordinal),
        )
        decided = self._decided(row, person, found.verdict, arm, tip, found.text, found.worth)
        decided.temper, decided.price = found.temper, found.price
        if found.verdict.sent:
            self._plan(decided, row, person, arm, tip, chosen, now)
        return decided

    def _plan(
        self,
        decided: Decided,
        row: Row[Any],
        person: Person,
        arm: Arm,
        tip: Tip,
        chosen: Sequence[Row[Any]],
        now: datetime,
    ) -> None:
        push = decided.push = push_row(self.kit.ids, person.user, row.id, tip, arm, now)
        for device in chosen:
            one = delivery_row(self.kit.ids, device, now, tip.expires_at, push=push["id"], tip=tip.id)
            decided.deliveries.append(one)

    def _within_reach(self, person: Person) -> tuple[list[Row[Any]], str]:
        """The devices that it would go to, or the rule that leaves none; inboxes only for who has no device."""
        tiers: dict[str, list[Row[Any]]] = {"device": [], "inbox": []}
        why = "no-device"
        for device in person.own.devices:
            manifest = self.gathering.manifest(device.channel)
            if manifest is None:
                continue
            rule = out_of_reach(person.situation, reach_of(person, device, manifest))
            if rule is None:
                tiers[manifest.reaches].append(device)
            elif why == "no-device":
                why = rule
        return (tiers["device"] or tiers["inbox"][:1])[:MOST_DEVICES], why

    async def _in_turn(self, turns: asyncio.Semaphore, row: Row[Any], person: Person) -> Decided:
        async with turns:
            try:
                return await self.think(row, person)
            except KeyGone:
                return self._silent(row, person, "gone")
            except Exception as error:  # another room's fault: silence, and everybody else is thought about
                log.warning("point.failed", error=type(error).__name__, kind=row.kind)
                return self._silent(row, person, "fault")

    def _silent(
        self, row: Row[Any], person: Person | None, reason: str, arm: Arm = "learnt", tip: Tip | None = None
    ) -> Decided:
        decided = self._decided(row, person, Verdict(False, reason, 0.0), arm, tip, "{}", None)
        if person is not None and reason in ("quiet-hours", "device-quiet"):
            decided.fresh = fresh_point(self.kit, person)
        return decided

    def _decided(
        self,
        row: Row[Any],
        person: Person | None,
        verdict: Verdict,
        arm: Arm,
        tip: Tip | None,
        text: str,
        worth: float | None,
    ) -> Decided:
        now = self.kit.clock.now() if person is None else person.situation.now
        decided = {"point": row.id, "now": now, "arm_": arm, "sent_": verdict.sent, "reason_": verdict.reason}
        decided |= {"probability_": verdict.probability, "moment_": text, "value_": worth}
        return Decided(row, verdict, arm, {**decided, "tip": None if tip is None else tip.id})

    def _late(self, row: Row[Any]) -> bool:
        return bool(self.kit.clock.now() - row.due_at > LATE)

    def _write(self, tx: Transaction, decided: Sequence[Decided]) -> list[Decided]:
        """Those that nobody else decided meanwhile; people in the order of their ids, as each is held for the unit."""
        written = []
        for one in sorted(decided, key=lambda one: one.point.user_id):
            if not moments.decide(tx, one.row):
                continue
            written.append(one)
            if one.temper is not None:
                moments.put_temper(tx, one.temper)
            elif one.price is not None:
                moments.price(tx, one.point.user_id, *one.price, one.row["now"])
            if one.push is not None:
                deliveries.add_push(tx, one.push, one.deliveries)
            if one.fresh is not None:
                moments.add_point(tx, one.fresh)
        return written


def fresh_point(kit: Kit, person: Person) -> dict[str, Any] | None:
    """The one decision after quiet hours in which something was dropped; told twice it is still one."""
    situation = person.situation
    zones = dict.fromkeys((situation.zone, *(one.zone for one in person.own.devices if one.zone)))
    ends = [quiet_until(situation.now, zone_of(zone), situation.quiet) for zone in zones]
    found = [end for end in ends if end is not None]
    if not found:
        return None
    due = min(found) + AFTER_QUIET
    return point_row(kit.ids, person.user, FRESH, f"{due:%Y%m%dT%H}", due, person.ordinal)


def without(person: Person, push: str) -> Person:
    """The person without a push of theirs: what it is judged by when it is about to go once more."""
    others = [row for row in person.own.pushes if row.id != push]
    kept = tuple(one for row, one in zip(person.own.pushes, person.situation.sent, strict=True) if row.id != push)
    return replace(person, own=replace(person.own, pushes=others), situation=replace(person.situation, sent=kept))
