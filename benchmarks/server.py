"""Servers under test, each a process of its own whose CPU time and memory the system counts."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answers on a port."""

    port: int
    process: subprocess.Popen[bytes]

    def cpu(self) -> float:
        """Seconds of processor time used so far by all of its threads, to the nanosecond."""
        threads = Path(f"/proc/{self.process.pid}/task").glob("*/schedstat")
        return sum(int(thread.read_text().split()[0]) for thread in threads) / 1e9

    def resident_mb(self) -> float:
        """Resident memory in megabytes."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


@contextlib.contextmanager
def serving(command: Sequence[str], port: int, path: str = "/health") -> Iterator[Server]:
    """Start a server, wait until it answers, stop it."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _answering(process, port, path)
        yield Server(port, process)
    finally:
        process.terminate()
        process.wait(20)


def oo(data: Path, port: int) -> list[str]:
    """The command of the shipped server."""
    return [str(Path(sys.executable).with_name("oo")), "up", "--data", str(data), "--port", str(port)]


def threaded(data: Path, port: int) -> list[str]:
    """The shipped server, but for units that run in the writer's thread."""
    return [sys.executable, "-m", "benchmarks.commits", *oo(data, port)[1:]]


def bare(port: int) -> list[str]:
    """The command of a bare FastAPI server on the same uvicorn settings."""
    return [sys.executable, "-m", "benchmarks.bare", str(port)]


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answering(process: subprocess.Popen[bytes], port: int, path: str) -> None:
    for _ in range(600):
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode} before it answered")
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("the server did not answer within 30 s")
