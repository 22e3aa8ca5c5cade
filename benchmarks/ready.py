"""Always ready: what it costs to be answered from what is ready, a crowd before a slow model, and a simulated day."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from statistics import median

from tests.chaos.bar_15 import flood
from tests.chaos.newcomers import newcomers

from benchmarks.load import _Answers, post, run
from benchmarks.ready_day import Told, day
from benchmarks.report import Figure
from benchmarks.seed import people
from benchmarks.server import Server, bare, free_port, oo, serving

SEED = 20261121
ROUNDS, REQUESTS = 5, 2_000
PER_SECOND, PACED_SECONDS = 200, 15
DAYS, CROWD = 40, 200


def ready() -> Iterator[Figure]:
    """Every figure of it."""
    yield from from_ready_state()
    yield from crowd()
    yield from days()


def from_ready_state() -> Iterator[Figure]:
    """CPU and latency of a tip that a model wrote beforehand, the server on one core."""
    with tempfile.TemporaryDirectory() as folder, _model():
        [member] = people(Path(folder), 1, tasks=50)
        ours, floor = free_port(), free_port()
        with serving(oo(Path(folder), ours), ours) as a, serving(bare(floor), floor) as b:
            ask = post("/api/recommend", cookie=member.cookie, port=ours)
            nothing = post("/bare", port=floor)
            _wait_until_written(Path(folder))
            first = run(ours, [ask], 1, keep=True)
            assert b"Put the phone beside you" in first.bodies[0][1], "the model wrote it"
            run(ours, [ask] * 500, 4)
            run(floor, [nothing] * 500, 4)
            pairs = [(_cpu(a, ask), _cpu(b, nothing)) for _ in range(ROUNDS)]
            os.sched_setaffinity(a.process.pid, {0})
            late = asyncio.run(_paced(ours, ask))
    note = f"{median(x for x, _ in pairs) * 1e6:.0f} µs against {median(y for _, y in pairs) * 1e6:.0f} µs a request"
    ratio = median(x / y for x, y in pairs)
    yield Figure("served from ready state, CPU against a bare handler", ratio, "x", "≤ 2.5", 2.5, note)
    p99 = late[int(len(late) * 0.99)] * 1000
    said = (
        f"p50 {late[len(late) // 2] * 1000:.1f} ms, {len(late)} requests, load of the machine {os.getloadavg()[0]:.1f}"
    )
    yield Figure("served from ready state at 200/s on one core, p99", p99, "ms", "< 5", 5.0, said)


def crowd() -> Iterator[Figure]:
    """200 people at once before a model of 1 to 5 s that writes ahead for all of them, in real time."""
    with newcomers(CROWD, None) as (there, crowd_):
        found = asyncio.run(flood(there, crowd_, SEED))
    note = f"longest {found.longest:.2f} s, {found.faults} faults, {len(found.answers)} answers; p95 of the same crowd "
    note += f"for tips that stand {found.standing:.2f} s; {found.spent:.2f} s of the server's processor time for all; "
    note += f"load {os.getloadavg()[0]:.1f}"
    yield Figure("200 at once before a model of 1-5 s, p95", found.p95, "s", "≤ 1.5", 1.5, note)
    yield Figure("200 at once before a model of 1-5 s, longest", found.longest, "s", "≤ 8", 8.0, "")
    yield Figure("200 at once, answers of 500 and more", found.faults, "", "0", 0.0, "")
    yield Figure("200 at once, calls of the model together", found.model.most_at_once(), "", "≤ 2", 2.0, "two allowed")
    yield Figure("200 at once, second calls for one person", found.model.overlapping(), "", "0", 0.0, "")


def days() -> Iterator[Figure]:
    """Simulated days: 5 opens, 30 changes, a model of 3 s, one outage of ten minutes."""
    told = [asyncio.run(day(SEED + number)) for number in range(DAYS)]
    opens = sum(one.opens for one in told)
    yield _share("ready before asked, in the model's words of things as they are", told, opens, "fresh")
    yield _share("ready before asked: answered without waiting for a model", told, opens, "at_once")


def _share(name: str, told: list[Told], opens: int, what: str) -> Figure:
    good = sum(getattr(one, what) for one in told)
    note = f"{good} of {opens} opens in {len(told)} days"
    return Figure(name, 100 * good / opens, "%", "≥ 98", 98.0, note, higher=True)


def _wait_until_written(data: Path) -> None:
    """Until the model has written ahead; whoever asks while it does so has the composer's words."""
    for _ in range(600):
        with closing(sqlite3.connect(f"file:{data / 'oo.db'}?mode=ro", uri=True, timeout=10)) as raw:
            if raw.execute("SELECT count(*) FROM written").fetchone()[0]:
                return
        time.sleep(0.05)
    raise TimeoutError("the model wrote nothing in half a minute")


def _cpu(server: Server, request: bytes) -> float:
    before = server.cpu()
    result = run(server.port, [request] * REQUESTS, 4)
    assert set(result.statuses) == {200}, result.statuses
    return (server.cpu() - before) / result.requests


async def _paced(port: int, request: bytes) -> list[float]:
    """Latencies in seconds, ascending, from the moment at which each request was due, whatever came before it."""
    loop = asyncio.get_running_loop()
    lines = [(await loop.create_connection(_Answers, "127.0.0.1", port))[1] for _ in range(8)]
    free: asyncio.Queue[_Answers] = asyncio.Queue()
    for line in lines:
        free.put_nowait(line)
    late: list[float] = []

    async def one(due: float) -> None:
        line = await free.get()
        assert await line.ask(request) == 200
        late.append(time.perf_counter() - due)
        free.put_nowait(line)

    began, asked = time.perf_counter(), []
    for number in range(PER_SECOND * PACED_SECONDS):
        due = began + number / PER_SECOND
        await asyncio.sleep(max(due - time.perf_counter(), 0))
        asked.append(asyncio.create_task(one(due)))
    await asyncio.gather(*asked)
    for line in lines:
        line.transport.close()
    return sorted(late[PER_SECOND:])  # the first second is for warming up


@contextmanager
def _model() -> Iterator[None]:
    """A stand-in for the gateway in a process of its own, and the setting that names it."""
    port = free_port()
    command = [sys.executable, "-m", "oo.testing.llm", "--port", str(port), "--seconds", "0.2"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.environ["OO_LLM_URL"] = f"http://127.0.0.1:{port}"
    try:
        for _ in range(200):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/v1/models", timeout=1).close()
                break
            except OSError:
                time.sleep(0.05)
        yield
    finally:
        del os.environ["OO_LLM_URL"]
        process.terminate()
        process.wait(10)
