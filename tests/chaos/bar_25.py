"""Bar 25: a day in minutes: a kill every hour, an upgrade of the data at noon beside processes that don't know it."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from statistics import median

from tests.chaos import audit
from tests.chaos.outcome import Outcome
from tests.chaos.postgres import postgres
from tests.chaos.processes import Part, free_port
from tests.chaos.storm import CaughtUp, caught_up
from tests.chaos.world import World, world
from tests.chaos.writers import Writers

from oo.entry.migrate import HISTORY, head

HOURS, BRIEF_HOURS = 24, 3
HOUR_SECONDS, BRIEF_HOUR_SECONDS = 7.5, 2.0
PER_SECOND = 30.0
BOTH_HOURS = 2
"""How long doors of both releases are open."""
SLOPE_MB, FILES, GROWTH = 1.0, 1.0, 1.10
"""Most megabytes and descriptors that a process gains in an hour; most bytes of a row at night, by those at noon."""
CAUGHT_UP_SECONDS = 60.0
_ROW = "SELECT pg_total_relation_size('events.outbox')::float8 / count(*) FROM events.outbox"

REVISION = '''"""One column more, as the next release would have it."""

import sqlalchemy as sa
from alembic import op

revision = "2099_01_01_01_next_release"
down_revision = "{head}"
branch_labels = depends_on = None


def upgrade() -> None:
    op.add_column("outbox", sa.Column("note", sa.String(8)), schema="events")
'''


def run(seed: int, broken: bool, brief: bool) -> Outcome:
    """The control leaves memory and descriptors behind."""
    hours, seconds = (BRIEF_HOURS, BRIEF_HOUR_SECONDS) if brief or broken else (HOURS, HOUR_SECONDS)
    tips = int(hours * seconds * PER_SECOND / 20) + 50
    env = {"CHAOS_BREAK": "leak"} if broken else {}
    with postgres() as (server, url), world(people=20, tips=tips, url=url, nats=True, env=env) as there:
        day = Day(there, server, Random(seed), seconds, calm=broken)
        return asyncio.run(day.live(hours))


@dataclass
class Day:
    """Two doors, a worker and a relay on Postgres and NATS, and what became of them."""

    there: World
    server: Part
    chance: Random
    hour: float
    calm: bool = False
    """Without kills, so that a process gets old enough to be measured."""
    slopes: list[float] = field(default_factory=list)
    files: list[float] = field(default_factory=list)
    seen: dict[str, tuple[int, int, float, int]] = field(default_factory=dict)

    async def live(self, hours: int) -> Outcome:
        """Live through it."""
        there, ports = self.there, [free_port(), free_port()]
        doors = [there.oo(f"api-{number}", "api", port=port) for number, port in enumerate(ports)]
        apart = [*doors, there.oo("worker", "worker"), there.oo("relay", "relay")]
        await asyncio.to_thread(_up, apart)
        writers = Writers(ports, there.people, per_second=PER_SECOND, lines=12)
        writing = asyncio.create_task(writers.run())
        noon, row_at_noon, upgraded = hours // 2, 0.0, False
        for hour in range(hours):
            if hour == noon:
                [[row_at_noon]] = there.ask(_ROW)
                upgraded = await self._upgrade(doors[1])
            if hour == noon + min(BOTH_HOURS, hours - noon - 1):
                for part in [doors[0], *apart[2:]]:
                    await asyncio.to_thread(self._as_next, part)
            await self._hour([*apart, there.parts["nats"], self.server], apart, both=hour >= noon)
        writers.stop()
        await writing
        caught = await caught_up(there, CAUGHT_UP_SECONDS)
        found = await asyncio.to_thread(audit.look, there.ask, writers.acknowledged)
        [[row]] = there.ask(_ROW)
        return self._judge(found, caught, upgraded, row / row_at_noon if row_at_noon else 0.0, hours)

    async def _hour(self, victims: Sequence[Part], watched: Sequence[Part], *, both: bool) -> None:
        await asyncio.sleep(self.hour * 0.6)
        if not self.calm:
            victim = self.chance.choice(victims)
            await asyncio.to_thread(victim.kill)
            await asyncio.sleep(self.chance.uniform(0.1, 0.5))
            if both and victim in watched:  # whoever comes back comes back as the next release
                self._next(victim)
            await asyncio.to_thread(victim.start)
        await asyncio.sleep(self.hour * 0.4)
        for part in watched:
            self._watch(part)

    def _watch(self, part: Part) -> None:
        """What a process gained in the last hour, once it has settled in."""
        if part.process is None or not part.running():
            return
        pid, memory, files = part.process.pid, part.resident_mb(), part.files()
        last = self.seen.get(part.name)
        age = last[1] + 1 if last is not None and last[0] == pid else 0
        if last is not None and age >= 2:
            self.slopes.append(memory - last[2])
            self.files.append(files - last[3])
        self.seen[part.name] = (pid, age, memory, files)

    async def _upgrade(self, door: Part) -> bool:
        """Start one door as the next release, beside all others of this one; whether the data is upgraded."""
        history = self.there.folder / "history"
        shutil.copytree(HISTORY, history)
        (history / "versions" / "2099_01_01_01_next_release.py").write_text(REVISION.format(head=head()))
        await asyncio.to_thread(self._as_next, door)
        return bool(self.there.ask("SELECT 1 FROM oo.alembic_version WHERE version_num LIKE '2099%'"))

    def _as_next(self, part: Part) -> None:
        part.stop()
        self._next(part)
        part.start()

    def _next(self, part: Part) -> None:
        was = part.env.get("CHAOS_BREAK", "")
        release = {"CHAOS_BREAK": "next" if "next" in was or not was else f"{was},next", "OO_BACKED_UP": head()}
        part.env = {**part.env, **release, "CHAOS_HISTORY": str(self.there.folder / "history")}

    def _judge(self, found: audit.Findings, caught: CaughtUp, upgraded: bool, growth: float, hours: int) -> Outcome:
        slope, files = (median(values) if values else 0.0 for values in (self.slopes, self.files))
        ok = found.clean and caught.seconds is not None and upgraded
        if self.calm or hours == HOURS:  # in a short day nobody gets old enough to be measured
            ok = ok and slope < SLOPE_MB and files < FILES and (self.calm or growth < GROWTH)
        kills = sum(part.kills for part in [*self.there.parts.values(), self.server])
        return Outcome(
            ok,
            f"{hours} hours: {found}, {caught}; {kills} kills, {'' if upgraded else 'NOT '}upgraded beside the old "
            f"release, {slope:+.2f} MB and {files:+.1f} descriptors an hour, a row's bytes at night {growth:.2f} of "
            "noon's",
        )


def _up(parts: Sequence[Part]) -> None:
    for part in parts:
        part.start(wait=False)
    for part in parts:
        part.up()
