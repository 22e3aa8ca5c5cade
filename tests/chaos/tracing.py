"""When a process tree waited for its disk, as strace saw it."""

from __future__ import annotations

import contextlib
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.chaos.outcome import CannotRun
from tests.chaos.processes import Part

_LINE = re.compile(r"^(\d+) +([\d.]+) (.*)$")
_ATTACH_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Sync:
    """One fsync or fdatasync that succeeded."""

    at: float
    """When it came back, in seconds of the wall clock."""
    path: str


@contextlib.contextmanager
def traced(part: Part) -> Iterator[Callable[[], list[Sync]]]:
    """Watch a running part and all it starts from here on; yields a function that tells the syncs so far.

    Raises `CannotRun` without strace, and where it may not attach to a process.
    """
    program = shutil.which("strace")
    if program is None:
        raise CannotRun("there is no strace here: apt install strace")
    assert part.process is not None
    with tempfile.TemporaryDirectory(prefix="oo-chaos-strace-") as folder:
        trace, said = Path(folder) / "trace", Path(folder) / "said"
        command = [program, "-f", "-ttt", "-y", "-e", "trace=fsync,fdatasync", "-o", str(trace)]
        with said.open("wb") as err:
            watching = subprocess.Popen([*command, "-p", str(part.process.pid)], stderr=err, stdout=err)
        try:
            _attached(watching, said)
            yield lambda: syncs(trace.read_text(errors="replace"))
        finally:
            watching.terminate()
            watching.wait(20)


def _attached(watching: subprocess.Popen[bytes], said: Path) -> None:
    until = time.monotonic() + _ATTACH_SECONDS
    while time.monotonic() < until and watching.poll() is None:
        if "attached" in said.read_text():
            return
        time.sleep(0.02)
    raise CannotRun(f"strace may not attach to a process here: {said.read_text().strip() or 'it says nothing'}")


def syncs(trace: str) -> list[Sync]:
    """The syncs of a trace, those too that another thread's line has cut in two."""
    found: list[Sync] = []
    begun: dict[str, str] = {}
    for line in trace.splitlines():
        match = _LINE.match(line)
        if match is None:
            continue
        thread, at, call = match.groups()
        path = "".join(re.findall(r"<(/[^>]*)>", call)) or begun.get(thread, "")
        if "<unfinished" in call:
            begun[thread] = path
        elif call.endswith("= 0") or " = 0 " in call:
            found.append(Sync(float(at), path))
    return found
