"""`python -m benchmarks.vaults`: large sources through the whole house, `oo up` as a process that reads them.

The first read of a vault of 5,000 notes, a change seen, what an idle minute costs; and the memory of the process after
a vault of 10,000 notes and after files of 100 MB.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from benchmarks.readers import LARGE, MB, write_vault
from benchmarks.report import Figure
from benchmarks.server import Server, free_port, oo, serving

QUIET = 60.0
"""Seconds of idling that are measured."""
PATIENCE = 1_800.0


def vault(notes: int = 5_000) -> Iterator[Figure]:
    """A vault of so many notes with two tasks each."""
    name = f"vault of {notes:,} notes, whole process"
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        write_vault(home / "vault", notes)
        time.sleep(2.1)  # time stamps have to be old enough to tell a change
        with _reading(home, home / "vault") as (server, data):
            took, cpu = _until_read(server, data)
            yield Figure(f"{name}: first read", took, "s", "< 10 s", 10, f"from the start of oO; {cpu:.1f} s of CPU")
            time.sleep(30)  # what follows the events of a first read is over
            seen = [_change(home / "vault", data, nth) for nth in range(7)]
            yield Figure(f"{name}: a change is seen", max(seen), "s", "< 2 s", 2, f"the slowest of {len(seen)}")
            time.sleep(5)
            before = server.cpu()
            time.sleep(QUIET)
            idle = 100 * (server.cpu() - before) / QUIET
            note = f"of a core, over {QUIET:.0f} s"
            yield Figure(f"{name}: idle", idle, "%", "< 1 %", 1, note)
            yield Figure(f"{name}: memory", _peak(server), "MB", "< 300 MB", 300, "the most there was")


def memory() -> Iterator[Figure]:
    """The most memory of a process that reads each of the large sources for the first time."""
    for connector, write in LARGE.items():
        with tempfile.TemporaryDirectory() as folder:
            home = Path(folder)
            (home / "large").mkdir()
            path = write(home / "large")
            with _reading(home, path) as (server, data):
                took, _ = _until_read(server, data)
                name = "10,000 notes" if path.is_dir() else "100 MB"
                note = f"{_count(data):,} tasks stored in {took:.0f} s"
                yield Figure(f"{connector}: {name}, whole process", _peak(server), "MB", "< 300 MB", 300, note)


@contextmanager
def _reading(home: Path, source: Path) -> Iterator[tuple[Server, Path]]:
    """An oO that is given a source; the server and its database."""
    data, port = home / "oo", free_port()
    with serving([*oo(data, port), "--file", str(source)], port) as server:
        yield server, data / "oo.db"


def _ask(data: Path, question: str) -> int:
    with closing(sqlite3.connect(f"file:{data}?mode=ro", uri=True, timeout=5)) as database:
        (answer,) = database.execute(question).fetchone()
    return int(answer)


def _count(data: Path) -> int:
    return _ask(data, "SELECT count(*) FROM items")


def _until_read(server: Server, data: Path) -> tuple[float, float]:
    """Seconds since the process began until the first read was over, and of its CPU."""
    until = time.monotonic() + PATIENCE
    while not _ask(data, "SELECT count(*) FROM connections WHERE state = 'works'"):
        if time.monotonic() > until:
            raise RuntimeError("the first read did not end")
        time.sleep(0.1)
    return time.time() - _started(server), server.cpu()


def _started(server: Server) -> float:
    """When the process began, in seconds since the epoch."""
    ticks = int(Path(f"/proc/{server.process.pid}/stat").read_text().rpartition(")")[2].split()[19])
    up = float(Path("/proc/uptime").read_text().split()[0])
    return time.time() - up + ticks / os.sysconf("SC_CLK_TCK")


def _change(vault: Path, data: Path, nth: int) -> float:
    """Seconds until a new line of a note is a task."""
    before = _count(data)
    note = sorted(vault.rglob("*.md"))[nth * 37]
    time.sleep(0.37 * nth % 1.5)  # at any moment between two looks
    note.write_text(note.read_text() + f"- [ ] One more {nth}\n")
    began = time.monotonic()
    while _count(data) == before:
        time.sleep(0.02)
        if time.monotonic() - began > 60:
            raise RuntimeError("the change was not seen")
    return time.monotonic() - began


def _peak(server: Server) -> float:
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) * 1024 / MB


BENCHES: dict[str, Callable[[], Iterator[Figure]]] = {"vault": vault, "memory": memory}


def main(wanted: list[str]) -> int:
    """Print; 1 when a figure is missed."""
    met = True
    for name in wanted or BENCHES:
        for figure in BENCHES[name]():
            print(figure.said(), flush=True)
            met = met and figure.met
    return int(not met)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
