"""Looks for the moments of a person's day at which to decide: ends of meetings, hours they like, or random slots."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from oo.contracts.ids import UserId
from oo.contracts.zones import zone_of
from oo.engine.interrupting.slots import arm_of, liked_slots, meeting_ends, random_slots
from oo.engine.when import day_start
from oo.kernel.db import Transaction
from oo.kernel.jobs import Shard, Tick
from oo.kernel.jobs.job import END
from oo.kernel.keys import KeyGone
from oo.kernel.module import Kit
from oo.modules.notifier.gathering import Gathering, Person
from oo.modules.notifier.planned import point_row
from oo.modules.notifier.repository import devices as device_rows
from oo.modules.notifier.repository import moments

AFTER_MEETING, LIKED, RANDOM = "after-meeting", "liked-slot", "random-slot"
FOUND = (AFTER_MEETING, LIKED, RANDOM)
"""Kinds of moments that are looked for; the others are told by events."""
AGAIN = timedelta(hours=6)
NOBODY_HOME = timedelta(days=1)
PEOPLE = 100


@dataclass(frozen=True, slots=True)
class Planning:
    """Plans people's moments."""

    kit: Kit
    gathering: Gathering

    def plan(self, tx: Transaction, tick: Tick, after: str, limit: int) -> Sequence[str]:
        """Who is due, see `kernel.jobs.Plan`."""
        return moments.due_people(tx, tick.until, after, END, limit)

    async def run(self, shard: Shard, tick: Tick) -> int:
        """Look for the moments of a shard's people."""
        count, after = 0, shard.after
        while True:
            users = await self.kit.db.read(
                lambda tx, after=after: moments.due_people(tx, tick.until, after, shard.upto, PEOPLE)  # type: ignore[misc]
            )
            if not users:
                return count
            people = await self.gathering.people([UserId(user) for user in users])
            for person in people.values():
                try:
                    count += await self.look(person)
                except KeyGone:
                    continue
            after = users[-1]

    async def look(self, person: Person) -> int:
        """Find the rest of a day's moments, and when to look again; how many there are."""
        now = person.situation.now
        if not person.own.devices or not person.situation.a_day:
            await self._keep(person, [], now + NOBODY_HOME)
            return 0
        arm = arm_of(self.gathering.day_seed(person.user, person.ordinal))
        if arm == "learnt":
            person = await self.gathering.whole(person)
        found = [*self._slots(person, arm), *self._meetings(person, arm)]
        rows = [point_row(self.kit.ids, person.user, *one, person.ordinal) for one in found if one[2] > now]
        zone = zone_of(person.situation.zone)
        tomorrow = day_start(person.day + timedelta(days=1), zone, person.situation.day_ends_at)
        await self._keep(person, rows, min(tomorrow + timedelta(minutes=1), now + AGAIN))
        return len(rows)

    def _slots(self, person: Person, arm: str) -> list[tuple[str, str, datetime]]:
        seed, situation = self.gathering.day_seed(person.user, person.ordinal), person.situation
        zone = zone_of(situation.zone)
        if arm == "random":
            found, kind = random_slots(person.day, zone, situation.day_ends_at, situation.quiet, seed), RANDOM
        else:
            found, kind = liked_slots(person.day, zone, hours_of(person), seed), LIKED
        return [(kind, f"{person.ordinal}:{number}", at) for number, at in enumerate(found)]

    def _meetings(self, person: Person, arm: str) -> list[tuple[str, str, datetime]]:
        if arm == "random":
            return []
        now = person.situation.now
        ends = meeting_ends(person.situation.busy, now, now + AGAIN + timedelta(minutes=10))
        return [(AFTER_MEETING, f"{end:%Y%m%dT%H%M}", end) for end in ends]

    async def _keep(self, person: Person, rows: Sequence[dict[str, Any]], again: datetime) -> None:
        ends = f"{person.situation.day_ends_at:%H:%M}"

        def unit(tx: Transaction) -> None:
            # Looked at once more: who was told of meanwhile has another due_at, and is looked at again.
            if device_rows.presence(tx, person.user) is None:
                return
            moments.clear_points(tx, person.user, FOUND)
            for row in rows:
                moments.add_point(tx, row)
            values = {"due_at": again, "planned_day": person.ordinal, "day_ends_at": ends}
            device_rows.planned(tx, person.user, person.own.presence.due_at, values)

        await self.kit.db.write(unit)


def hours_of(person: Person) -> list[float]:
    """The hours a person likes, as far as an agent inferred them or they said so."""
    wanted: list[float] = []
    for key in ("preferred_hour", "peak_hours"):
        for one in person.known:
            if one.key != key:
                continue
            values = one.value if isinstance(one.value, tuple) else [one.value]
            wanted += [float(value) for value in values if isinstance(value, int | float)]
    return wanted
