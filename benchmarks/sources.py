"""`python -m benchmarks sources`: accounts on stand-ins over real HTTP, which are processes of their own.

The first read of a large account beside a calendar, a read that finds nothing new, and a thousand accounts in one
process: what a minute of them costs, and the memory there was.
"""

from __future__ import annotations

import asyncio
import resource
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import parse_qs, urlsplit

from sqlalchemy import func, select, update

from benchmarks.report import Figure
from oo.contracts.accounts import Accounts
from oo.contracts.ids import SessionId, UserId
from oo.contracts.sources import ConnectionView, Sources
from oo.entry.wiring import House, house
from oo.kernel.clock import SystemClock
from oo.kernel.db import Transaction
from oo.kernel.http.client import Client
from oo.kernel.settings import Settings
from oo.modules.integrations.tables import busy_blocks, completions, connections, items
from oo.testing.google.server import Google
from oo.testing.todoist.server import Todoist

SESSION = SessionId("bench")
ORIGIN = "http://127.0.0.1:8042"
TASKS, FINISHED, EVENTS, DELAY = 2_000, 5_000, 1_000, 0.02
SETTLING = 30.0
WINDOW = 90.0
"""Seconds in which a thousand accounts are watched."""
QUIET = timedelta(minutes=12)
"""Between the reads of an account where nothing happens, after jitter at least."""


def sources(accounts: int = 1_000) -> Iterator[Figure]:
    """Every figure of sources elsewhere."""
    yield from asyncio.run(_first_read())
    yield from asyncio.run(_many(accounts))


async def _first_read() -> list[Figure]:
    said = ["--tasks", str(TASKS), "--finished", str(FINISHED), "--delay", str(DELAY)]
    with ExitStack() as standing:
        todoist = standing.enter_context(_running("oo.testing.todoist", *said))
        google = standing.enter_context(_running("benchmarks.busy", str(EVENTS), str(DELAY)))
        settings = standing.enter_context(_settings({**_todoist(todoist), **_google(google)}))
        async with house(settings) as home:
            user = await _owner(home)
            began, busy = time.perf_counter(), time.process_time()
            one, _ = await asyncio.gather(
                _connected(home, user, "todoist", "1"), _connected(home, user, "google_calendar", "")
            )
            while not await home.kit.db.read(_is_read):  # noqa: ASYNC110 - as anybody outside would look
                await asyncio.sleep(0.05)
            took, busy = time.perf_counter() - began, time.process_time() - busy
            stored = await home.kit.db.read(_stored)
        each = []
        async with house(settings, background=False) as home:  # what follows the events is another matter
            for _ in range(60):
                before = time.process_time()
                await home.promises[Sources].read_now(user=user, connection=one.id)
                each.append(1000 * (time.process_time() - before))
    what = f"{stored[0]:,} tasks, {stored[1]:,} finished, {stored[2]:,} busy blocks stored"
    note = f"{what}; {DELAY * 1000:.0f} ms a call; {busy:.1f} s of CPU, other rooms' with it"
    beside = f"with what the page is told; from {min(each):.1f} to {max(each):.1f} over {len(each)} reads"
    return [
        Figure("sources: first read of a large account and a calendar", took, "s", "< 10 s", 10, note),
        Figure("sources: a read that finds nothing new", median(each), "ms CPU", "< 20 ms", 20, beside),
    ]


async def _many(accounts: int) -> list[Figure]:
    with _running("oo.testing.todoist", "--accounts", str(accounts), "--tasks", "20") as todoist:
        with _settings(_todoist(todoist)) as settings:
            async with house(settings, background=False) as home:
                for number in range(accounts):
                    token = await home.promises[Accounts].invite(name=f"Person {number}")
                    session = await home.promises[Accounts].redeem(token=token, device="bench")
                    await _connected(home, session.user, "todoist", str(number + 1))
                await home.kit.db.write(_at_rest(accounts))
            async with house(settings) as home:
                await asyncio.sleep(SETTLING)  # what a start does, and what follows the first reads
                reads, before, began = await home.kit.db.read(_reads), time.process_time(), time.perf_counter()
                await asyncio.sleep(WINDOW)
                span = time.perf_counter() - began
                share = 100 * (time.process_time() - before) / span
                done = len(set((await home.kit.db.read(_reads)).items()) - set(reads.items()))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    note = f"of a core, jobs of the house and all; {done} of {accounts:,} read in {span:.0f} s"
    beside = "the most there was, with the first reads of all of them and the bench itself"
    return [
        Figure(f"sources: {accounts:,} accounts in one process", share, "%", "< 20 %", 20, note),
        Figure(f"sources: {accounts:,} accounts in one process, memory", peak, "MB", "< 250 MB", 250, beside),
    ]


@contextmanager
def _settings(providers: dict[str, str]) -> Iterator[Settings]:
    with tempfile.TemporaryDirectory() as folder:
        yield Settings(data=Path(folder) / "oo", providers=providers, backup_hours=0)  # type: ignore[arg-type]


async def _owner(home: House) -> UserId:
    token = await home.promises[Accounts].owner_link()
    return (await home.promises[Accounts].redeem(token=token, device="bench")).user


def _todoist(url: str) -> dict[str, str]:
    return Todoist(SystemClock().now).settings(url)


async def _connected(home: House, user: UserId, connector: str, account: str) -> ConnectionView:
    """The whole way of OAuth, as a browser goes it."""
    keeping = home.promises[Sources]
    to = await keeping.begin_account(user=user, session=SESSION, connector=connector, origin=ORIGIN)
    async with Client(allowed={urlsplit(to).netloc}) as browser:
        back = await browser.ask("GET", f"{to}&account={account}" if account else to, follow_redirects=False)
    answer = {name: values[0] for name, values in parse_qs(urlsplit(back.headers["location"]).query).items()}
    kept = {name: answer[name] for name in ("state", "code")}
    return await keeping.finish_account(user=user, session=SESSION, connector=connector, answer=kept)


def _google(url: str) -> dict[str, str]:
    return Google().settings(url)


def _is_read(tx: Transaction) -> bool:
    rows = tx.execute(select(connections.c.history, connections.c.read_at)).all()
    return len(rows) == 2 and all(row.read_at is not None and row.history != "" for row in rows)


def _stored(tx: Transaction) -> tuple[int, int, int]:
    found = [
        tx.execute(select(func.count()).select_from(one)).scalar_one() for one in (items, completions, busy_blocks)
    ]
    return found[0], found[1], found[2]


def _reads(tx: Transaction) -> dict[str, Any]:
    return {row.id: row.read_at for row in tx.execute(select(connections.c.id, connections.c.read_at))}


def _at_rest(accounts: int) -> Any:
    """As after hours in which nothing happened: the next reads spread over an interval."""

    def run(tx: Transaction) -> None:
        now = SystemClock().now()
        for number, one in enumerate(tx.execute(select(connections.c.id)).scalars().all()):
            values = {"quiet": 10, "next_at": now + QUIET * (number / accounts)}
            tx.execute(update(connections).where(connections.c.id == one).values(**values))

    return run


@contextmanager
def _running(module: str, *said: str) -> Iterator[str]:
    """A stand-in as a process; its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", module, str(port), *said]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.communicate()


BENCHES = (sources,)
