"""Processes that are killed without a word: started, awaited, `kill -9`, started again."""

from __future__ import annotations

import ctypes
import http.client
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_PARENT_ENDS = 1  # PR_SET_PDEATHSIG
_UP_SECONDS = 60.0


@dataclass
class Part:
    """One process of a world: how it is started, and how it is seen to be up."""

    name: str
    command: Sequence[str]
    log: Path
    ready: Callable[[], bool]
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: Path | None = None
    user: str | None = None
    before: Callable[[], None] = lambda: None
    """Called before each start, such as to remove what a killed process left behind."""
    process: subprocess.Popen[bytes] | None = None
    kills: int = 0

    def start(self, *, wait: bool = True) -> None:
        """Start it and wait until it is up."""
        self.before()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command, env=dict(self.env), cwd=self.cwd, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                user=self.user, extra_groups=[] if self.user else None, preexec_fn=_ends_with_us,
            )  # fmt: skip
        if wait:
            self.up()

    def up(self) -> None:
        """Wait until it is up; raises `RuntimeError` with the end of its log when it never is."""
        until = time.monotonic() + _UP_SECONDS
        while time.monotonic() < until:
            if self.process is None or self.process.poll() is not None:
                break
            if self.ready():
                return
            time.sleep(0.02)
        raise RuntimeError(f"{self.name} did not come up: {self.last_words()}")

    def running(self) -> bool:
        """Whether it runs."""
        return self.process is not None and self.process.poll() is None

    def kill(self) -> None:
        """`kill -9`, with no chance to tidy up."""
        assert self.process is not None
        self.kills += 1
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self, seconds: float = 20.0) -> None:
        """Ask it to end, and kill it when it does not; a stopped part stays as it is."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def last_words(self) -> str:
        """The end of its log."""
        return self.log.read_text(errors="replace")[-1500:] if self.log.exists() else "nothing"

    def resident_mb(self) -> float:
        """Resident memory in megabytes."""
        assert self.process is not None
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6

    def files(self) -> int:
        """Open file descriptors."""
        assert self.process is not None
        return len(list(Path(f"/proc/{self.process.pid}/fd").iterdir()))


def _ends_with_us() -> None:
    ctypes.CDLL(None).prctl(_PARENT_ENDS, signal.SIGKILL)


def free_port() -> int:
    """A port that nobody listens on, below those that the system gives to outgoing connections.

    So nobody takes it while its process is down.
    """
    begin = os.getpid() % 100  # two runs beside each other begin elsewhere
    for port in (15300 + (begin + number) % 100 for number in range(100)):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        if port not in _given:
            _given.add(port)
            return port
    raise RuntimeError("every port from 15300 to 15399 is taken")


_given: set[int] = set()


def answers(port: int) -> bool:
    """Whether somebody accepts connections there."""
    try:
        socket.create_connection(("127.0.0.1", port), 0.5).close()
    except OSError:
        return False
    return True


def serves(port: int) -> bool:
    """Whether oO answers requests there; its door is open before it can."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=1.0)
    try:
        line.request("GET", "/sign-in")
        return line.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        line.close()
