"""Bar 24: a machine is lost while people write, and its back-up brings all back but whoever was erased meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg
from tests.chaos import audit
from tests.chaos.outcome import Outcome
from tests.chaos.people import Person
from tests.chaos.postgres import postgres
from tests.chaos.world import PROGRAM, World, world
from tests.chaos.writers import Acknowledged, Door, Writers, reaction, until
from tests.home.archive import Archive

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "point-in-time.md"
PER_SECOND = 150.0
BEFORE_SECONDS, AFTER_SECONDS = 5.0, 2.0
BRIEF_BEFORE_SECONDS, BRIEF_AFTER_SECONDS = 1.5, 0.5
DAMAGED, BRIEF_DAMAGED = 6, 1
BACK_SECONDS = 60.0


def run(seed: int, broken: bool, brief: bool) -> Outcome:
    """The control loses the tombstones together with the machine, and whoever was erased is back."""
    found = _machine_lost(random.Random(seed), broken, brief)
    if broken or brief:
        return found
    point = _point_in_time(random.Random(seed))
    return Outcome(found.ok and point.ok, f"{found.line}; {point.line}")


def _machine_lost(chance: random.Random, broken: bool, brief: bool) -> Outcome:
    before, after = (BRIEF_BEFORE_SECONDS, BRIEF_AFTER_SECONDS) if brief else (BEFORE_SECONDS, AFTER_SECONDS)
    people = 8 if brief else 20
    tips = int((before + after + 20) * PER_SECOND / people)
    with tempfile.TemporaryDirectory(prefix="oo-chaos-disk-") as folder:
        disk, secret = Path(folder), Path(folder) / "passphrase"
        secret.write_text("four words that nobody guesses\n")
        env = {"OO_BACKUPS": str(disk), "OO_BACKUP_PASSPHRASE_FILE": str(secret), "OO_BACKUP_HOURS": "0"}
        with world(people=people, tips=tips, env=env) as there:
            gone = chance.randrange(1, people)
            writers = asyncio.run(_live(there, before, after, gone))
            [saved] = disk.glob("*.backup")
            refused = _damaged(there, saved, chance, BRIEF_DAMAGED if brief else DAMAGED)
            if broken:
                (disk / "tombstones.jsonl").unlink()
            return _brought_back(there, writers, saved, there.people[gone], refused)


@dataclass(frozen=True, slots=True)
class _Written:
    """What people did until the machine was lost."""

    saved: Sequence[Acknowledged]
    """Answered before the back-up began."""
    later: int
    took: float


async def _live(there: World, before: float, after: float, gone: int) -> _Written:
    _, port = await asyncio.to_thread(there.up)
    writers = Writers([port], there.people, per_second=PER_SECOND)
    writing = asyncio.create_task(writers.run())
    await asyncio.sleep(before)
    began = time.monotonic()
    done = await asyncio.to_thread(_oo, there, "backup")
    took = time.monotonic() - began
    erased = await asyncio.to_thread(_oo, there, "erase", f"Person {gone}", "--yes")
    if done.returncode or erased.returncode:
        raise RuntimeError(done.stderr + erased.stderr)
    await asyncio.sleep(after)
    writers.stop()
    await asyncio.to_thread(there.parts["app"].kill)
    while not writing.done():  # Python 3.11's wait_for loses a cancellation that comes together with an error
        writing.cancel()
        await asyncio.wait([writing], timeout=0.2)
    shutil.rmtree(there.data)
    saved = [one for one in writers.acknowledged if one.at < began]
    return _Written(saved, len(writers.acknowledged) - len(saved), took)


def _damaged(there: World, saved: Path, chance: random.Random, copies: int) -> int:
    """How many damaged copies were refused with the data folder as it was."""
    whole, refused = saved.read_bytes(), 0
    for turn in range(copies):
        at = chance.randrange(len(whole))
        wrong = whole[:at] if turn % 2 else whole[:at] + bytes([whole[at] ^ 1 << chance.randrange(8)]) + whole[at + 1 :]
        with tempfile.NamedTemporaryFile(dir=saved.parent, suffix=".damaged") as file:
            Path(file.name).write_bytes(wrong)
            done = _oo(there, "restore", file.name)
        untouched = not any((there.data / name).exists() for name in ("oo.db", "keys.db", "instance.key"))
        refused += done.returncode == 2 and "nothing was touched" in done.stderr and untouched
    return refused - copies


def _brought_back(there: World, written: _Written, saved: Path, gone: Person, refused: int) -> Outcome:
    began = time.monotonic()
    done = _oo(there, "restore", str(saved))
    if done.returncode:
        return Outcome(False, f"the back-up was not brought back: {done.stderr.strip()}")
    left = _rows_of(there.data, gone.user)
    _, port = there.up()
    took = time.monotonic() - began
    living = next(person for person in there.people if person is not gone)
    statuses = asyncio.run(_first(port, gone, living))
    caught = asyncio.run(until(lambda: audit.drained(there.ask), 20.0))
    found = audit.look(there.ask, [one for one in written.saved if one.user != gone.user])
    ok = found.clean and not left and statuses == (401, 200) and not refused and took <= BACK_SECONDS
    back = f"whoever was erased left {left} rows and was answered {statuses[0]}, others {statuses[1]}"
    return Outcome(
        ok and caught is not None and len(written.saved) > 0,
        f"{len(written.saved)} answers before the back-up ({written.later} after it), {found}; backed up in "
        f"{written.took:.1f} s under load, back in {took:.1f} s; {back}; {-refused} damaged copies let through",
    )


async def _first(port: int, gone: Person, living: Person) -> tuple[int, int]:
    """The answers to the very first requests."""
    with contextlib.closing(Door(port)) as door:
        none = await door.post("/api/recommend", {}, gone.cookie)
        return none, await door.post("/api/feedback", {**reaction(living, -1), "key": "after"}, living.cookie)


def _rows_of(data: Path, user: str) -> int:
    """Rows and keys of a person, in every table of the house."""
    count = 0
    for name in ("oo.db", "keys.db"):
        with contextlib.closing(sqlite3.connect(data / name)) as raw:
            for (table,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                columns = {row[1] for row in raw.execute(f"PRAGMA table_info({table})")}
                if "user_id" in columns and table != "effects":  # the ledger is the bar's own, and forgets nothing
                    rows = raw.execute(f"SELECT count(*) FROM {table} WHERE user_id = ?", (user,))  # noqa: S608
                    count += int(rows.fetchone()[0])
    return count


def _oo(there: World, *given: str) -> subprocess.CompletedProcess[str]:
    """A command, as somebody types it."""
    command = [sys.executable, str(PROGRAM), *given, "--data", str(there.data)]
    return subprocess.run(
        command, env=dict(there.env), cwd=there.folder, capture_output=True, text=True, check=False, timeout=120
    )


def _point_in_time(chance: random.Random) -> Outcome:
    """On Postgres: everything is deleted by mistake, the server is lost, and the moment before comes back exactly."""
    tables = ("recommender.reactions", "events.outbox", "recommender.tips", "ledger.effects")
    with postgres() as (server, url), Archive(PAGE, server, url) as archive:
        archive.begin()
        with world(people=8, tips=200, url=url) as there:
            base = asyncio.run(_written_around(there, archive, chance.uniform(0.5, 2.0)))
            moment, before = archive.moment(), _digests(url, tables)
            with psycopg.connect(url, autocommit=True) as asking:
                for table in tables:
                    asking.execute(f"DELETE FROM {table}".encode())  # noqa: S608
            archive.settled()
            server.kill()
            began = time.monotonic()
            again = archive.back(moment)
            took = time.monotonic() - began
            same = _digests(again, tables) == before
            found = audit.look(audit.of_postgres(again), base)
    ok = same and found.clean and took <= BACK_SECONDS
    exactly = "exactly as it was" if same else "NOT as it was"
    return Outcome(ok, f"Postgres before a delete: {found}, {exactly}, back in {took:.1f} s")


async def _written_around(there: World, archive: Archive, seconds: float) -> Sequence[Acknowledged]:
    """What was answered while people wrote before, during and after the copy of the server."""
    app, port = await asyncio.to_thread(there.up)
    writers = Writers([port], there.people, per_second=60.0)
    writing = asyncio.create_task(writers.run())
    await asyncio.sleep(seconds)
    await asyncio.to_thread(archive.base)
    await asyncio.sleep(seconds)
    writers.stop()
    await writing
    await until(lambda: audit.drained(there.ask), 20.0)
    await asyncio.to_thread(app.stop)
    return writers.acknowledged


def _digests(url: str, tables: Sequence[str]) -> list[object]:
    """A checksum of all rows of each table."""
    with psycopg.connect(url, autocommit=True) as asking:
        said = "SELECT count(*), md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {} t"
        return [asking.execute(said.format(table).encode()).fetchone() for table in tables]
