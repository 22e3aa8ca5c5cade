"""Whole processes: `oo tip` over a thousand lines, and `oo up` to its first page."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

from benchmarks.report import Figure
from benchmarks.server import Server, free_port, oo, serving

ROUNDS = 7
COMMAND = str(Path(sys.executable).with_name("oo"))


def tip() -> Iterator[Figure]:
    """`oo tip` on 1,000 lines: CPU of the whole process."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "todo.txt"
        path.write_text(
            "".join(
                f"({'ABC'[n % 3]}) 2026-10-{n % 28 + 1:02d} Thing number {n} +p{n % 9} due:2026-12-{n % 28 + 1:02d}\n"
                for n in range(1000)
            )
        )
        command = [COMMAND, "tip", str(path), "--at", "2026-11-21T09:00:00Z", "--json"]
        seconds = [_cpu_of(command) for _ in range(ROUNDS)]
    yield Figure(
        "`oo tip` on 1,000 lines, CPU of the process",
        median(seconds),
        "s",
        "< 0.7",
        0.7,
        f"{min(seconds):.2f} to {max(seconds):.2f} s",
    )


def up() -> Iterator[Figure]:
    """`oo up` on a folder that it made before, to the first answered page: CPU and memory."""
    with tempfile.TemporaryDirectory() as folder:
        ran = [_first_page(Path(folder)) for _ in range(ROUNDS)][1:]
    with tempfile.TemporaryDirectory() as folder:
        first, _ = _first_page(Path(folder))
    cpu, resident = (median(values) for values in zip(*ran, strict=True))
    yield Figure(
        "`oo up` to the first answered page, CPU",
        cpu,
        "s",
        "< 3",
        3.0,
        f"{first:.2f} s on an empty folder, migrations included",
    )
    yield Figure("`oo up`, resident memory", resident, "MB", "< 130", 130.0, "")


def _first_page(data: Path) -> tuple[float, float]:
    port = free_port()
    with serving(oo(data, port), port, "/sign-in") as server:
        _page(server)
        return server.cpu(), server.resident_mb()


def _page(server: Server) -> None:
    urllib.request.urlopen(f"http://127.0.0.1:{server.port}/sign-in", timeout=5).read()
    time.sleep(0.2)


def _cpu_of(command: list[str]) -> float:
    before = os.times()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


BENCHES: tuple[Callable[[], Iterator[Figure]], ...] = (tip, up)
