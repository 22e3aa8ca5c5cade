"""`python -m benchmarks.readers`: what each reader makes of the real files in the shared data, as a table.

`python -m benchmarks.readers --figures` measures a vault of 5,000 notes, one of 10,000, and files of 100 MB.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import perf_counter, process_time, sleep
from typing import Any

from benchmarks.report import Figure
from oo.contracts.connectors import Batch, Connector, Sliced, Source
from oo.contracts.errors import Problem
from oo.contracts.ids import ConnectionId
from oo.entry.disk import DiskFiles
from oo.kernel.plugins import Plugin, discover

FORMATS = {"todo.txt": "todotxt", "taskwarrior": "taskwarrior", "markdown": "markdown", "org": "org", "ics": "ics"}
"""The folders of the shared inputs, and the connector that reads each."""
NOTES = """\
*entries* are as the shared manifest counts them in the file's origin, *read* are tasks and blocks of busy time.

- taskwarrior: patterns of recurring tasks are no tasks; a backlog has a record for every change, and the latest of each
  task is read; two files of person 3 are shorter than their origin, and one ends within a task (the unread line).
- markdown: one box is in fenced code. The 19 unread lines are a template's, whose dates are still to be filled in.
- org: headlines without a keyword are no tasks; what a log says was finished is read as an occurrence.
- ics: events are read as blocks within five weeks of 21 November 2026, so old calendars have none.
"""
NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
MB = 1_000_000
LOOKS = 20
EVERY = 1.5
"""Seconds between two looks of a running oO."""


@dataclass(frozen=True, slots=True)
class Row:
    """One file: how many entries its origin counts, how many tasks and blocks of time were read, and unread lines."""

    format: str
    file: str
    entries: int
    read: int
    unread: int
    failed: str = ""


def table(shared: Path | None = None) -> list[Row]:
    """A row for every file of the shared inputs that a connector reads; none without the shared data."""
    folder = (shared or Path(os.environ.get("OO_SHARED") or Path(__file__).parents[2] / "shared")) / "inputs"
    if not folder.is_dir():
        return []
    counted = {one["file"]: one["entries"] for one in json.loads((folder / "MANIFEST.json").read_text())}
    return [
        _row(name, connector, path, counted.get(f"{name}/{path.name}", 0))
        for name, connector in FORMATS.items()
        for path in sorted((folder / name).iterdir())
    ]


def printed(rows: list[Row]) -> str:
    """The table as Markdown, with a line of sums for each format."""
    lines = ["| format | file | entries | read | unread lines |", "|---|---|---:|---:|---:|"]
    lines += [
        f"| {row.format} | {row.file} | {row.entries} | {row.failed or row.read} | {row.unread} |" for row in rows
    ]
    for name in dict.fromkeys(row.format for row in rows):
        own = [row for row in rows if row.format == name]
        sums = (sum(row.entries for row in own), sum(row.read for row in own), sum(row.unread for row in own))
        lines.append(f"| **{name}** | **{len(own)} files** | **{sums[0]}** | **{sums[1]}** | **{sums[2]}** |")
    return "\n".join([*lines, "", NOTES])


def vault(notes: int) -> Iterator[Figure]:
    """A vault of so many notes: the first read, a change, and what looking at it costs."""
    with tempfile.TemporaryDirectory() as folder:
        write_vault(Path(folder), notes)
        sleep(2.1)  # time stamps have to be old enough to tell a change
        first, seen, idle = asyncio.run(_vault(Path(folder)))
    name = f"vault of {notes:,} notes"
    yield Figure(f"{name}: first read", first, "s", "< 10 s", 10, "two tasks a note")
    note = f"at the latest, with a look every {EVERY:g} s"
    yield Figure(f"{name}: a change is seen", EVERY + seen, "s", "< 2 s", 2, note)
    note = f"a look every {EVERY:g} s, which costs {1000 * idle:.1f} ms"
    yield Figure(f"{name}: looking at it", 100 * idle / EVERY, "% of a core", "< 1 %", 1, note)


def memory() -> Iterator[Figure]:
    """The largest resident memory of a process that reads a file of 100 MB, or a vault of 10,000 notes, in slices."""
    for connector, write in LARGE.items():
        with tempfile.TemporaryDirectory() as folder:
            path = write(Path(folder))
            command = [sys.executable, "-m", "benchmarks.readers", "--read", connector, str(path)]
            started = perf_counter()
            said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            took = perf_counter() - started
        items, resident = said.split()
        note = f"{int(items):,} tasks in {took:.0f} s"
        name = "10,000 notes" if connector == "markdown" and path.is_dir() else "100 MB"
        yield Figure(f"{connector}: memory for {name}", int(resident) / MB, "MB", "< 300 MB", 300, note)


def _row(name: str, connector: str, path: Path, entries: int) -> Row:
    plugin = _plugins()[connector]
    try:
        batch = asyncio.run(plugin.load().pull(_source(plugin, path), None))
    except Problem as problem:
        return Row(name, path.name, entries, 0, 1, problem.detail)
    return Row(name, path.name, entries, len(batch.items) + len(batch.busy), len(batch.unread))


def _plugins() -> Mapping[str, Plugin[Any]]:
    return discover("connectors", dict).plugins


def _source(plugin: Plugin[Any], path: Path) -> Source:
    """A source of this file or folder alone, without the files beside it."""
    rules = plugin.manifest["files"]
    files = DiskFiles(path, patterns=rules["patterns"], largest=rules.get("max_bytes", MB))
    return Source(ConnectionId("readers"), NOW, "Europe/Berlin", files=files)


async def _slices(connector: Connector, source: Source, cursor: str | None) -> AsyncIterator[Batch]:
    if isinstance(connector, Sliced):
        async for batch in connector.slices(source, cursor):
            yield batch
    elif (whole := await connector.pull(source, cursor)) is not None:
        yield whole


async def _vault(folder: Path) -> tuple[float, float, float]:
    plugin = _plugins()["markdown"]
    connector, source = plugin.load(), _source(plugin, folder)
    started = perf_counter()
    cursor = ""
    async for batch in _slices(connector, source, None):
        cursor = batch.cursor
    first = perf_counter() - started
    assert source.files is not None
    before = tuple(await source.files.list())
    looks = []
    for _ in range(LOOKS):
        started = process_time()
        assert tuple(await source.files.list()) == before
        looks.append(process_time() - started)
    note = Path(before[len(before) // 2].path)
    note.write_text(note.read_text() + "- [ ] One more\n")  # noqa: ASYNC240 - nobody else waits
    started = perf_counter()
    found = [batch async for batch in _slices(connector, source, cursor)]
    seen = perf_counter() - started
    assert any(item.title == "One more" for batch in found for item in batch.items)
    return first, seen, median(looks)


def write_vault(folder: Path, notes: int) -> None:
    """Write a vault of so many notes with two tasks each, in folders as people have them."""
    for nth in range(notes):
        path = folder / f"Area {nth // 500}" / f"Project {nth // 50}" / f"Note {nth}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        text = "Some text about it, as notes have.\n" * 20
        tasks = f"- [ ] Call Ada about note {nth} 📅 2026-11-{nth % 28 + 1:02}\n- [x] Write note {nth} ✅ 2026-11-01\n"
        path.write_text(f"---\ntags: [note]\n---\n# Note {nth}\n\n{text}\n{tasks}\n{text}")


def _lines(name: str, head: str, line: Callable[[int], str], foot: str = "") -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        path = folder / name
        with path.open("w") as file:
            file.write(head)
            size = nth = 0
            while size < 100 * MB:
                size += file.write(line(nth))
                nth += 1
            file.write(foot)
        return path

    return write


def _notes(folder: Path) -> Path:
    write_vault(folder, 10_000)
    return folder


def _uuid(nth: int) -> str:
    return f"{nth:08x}-0000-4000-8000-000000000000"


LARGE: Mapping[str, Callable[[Path], Path]] = {
    "taskwarrior": _lines(
        "export.json",
        "[\n",
        lambda nth: (
            f'{{"id":{nth},"uuid":"{_uuid(nth)}","status":"pending","description":"Call Ada about thing {nth}",'
            f'"entry":"20261101T080000Z","modified":"20261101T080000Z","due":"20261122T170000Z","project":"Home",'
            f'"tags":["phone"],"annotations":[{{"entry":"20261101T090000Z","description":"{"a note " * 10}"}}]}},\n'
        ),
        "]\n",
    ),
    "org": _lines(
        "life.org",
        "",
        lambda nth: f"* TODO Call Ada about thing {nth} :phone:\n  DEADLINE: <2026-11-22 Sun>\n{'text ' * 120}\n",
    ),
    "todoist_csv": _lines(
        "House.csv",
        "TYPE,CONTENT,DESCRIPTION,PRIORITY,INDENT,DATE,DATE_LANG,TIMEZONE\n",
        lambda nth: f'task,Call Ada about thing {nth} @phone,"{"text " * 120}",2,1,2026-11-22,en,Europe/Paris\n',
    ),
    "markdown": _notes,
}
"""What each reader is given to measure its memory."""


def _read(connector: str, path: Path) -> int:
    """Read in slices and print how many items there were, and the largest resident memory in bytes."""
    import resource

    async def count() -> int:
        plugin = _plugins()[connector]
        return sum([len(batch.items) async for batch in _slices(plugin.load(), _source(plugin, path), None)])

    items = asyncio.run(count())
    print(items, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
    return 0


def main(wanted: list[str]) -> int:
    """Print; 1 when a file raised or a figure is missed, 2 without the shared data."""
    if wanted[:1] == ["--read"]:
        return _read(wanted[1], Path(wanted[2]))
    if wanted == ["--figures"]:
        met = True
        for figure in (*vault(5_000), *memory()):
            print(figure.said(), flush=True)
            met = met and figure.met
        return int(not met)
    rows = table()
    if not rows:
        print(
            "The shared data is not here: set OO_SHARED, or put it beside the checkout as ../shared.", file=sys.stderr
        )
        return 2
    print(printed(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
