"""A real nats-server for tests and benches: from a package, with a store that waits for the disk at each message."""

from __future__ import annotations

import contextlib
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

_SECONDS = 10.0


class NoServer(Exception):
    """There is no nats-server here."""

    def __init__(self) -> None:
        super().__init__("there is no nats-server here: run make install")


def program() -> str:
    """The path of the server; raises `NoServer`."""
    beside = Path(sys.executable).with_name("nats-server")
    found = str(beside) if beside.exists() else shutil.which("nats-server")
    if found is None:
        raise NoServer
    return found


class NatsServer:
    """A server on ports of its own, which can be killed, robbed of its store, and started again at the same address."""

    def __init__(self, folder: Path, *, sync: str = "always", path: str | None = None) -> None:
        self._folder, self._sync, self._path = folder, sync, path
        self._port, self._monitor = free_port(), free_port()
        self._running: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its address."""
        return f"nats://127.0.0.1:{self._port}"

    @property
    def monitor(self) -> str:
        """Its monitoring address."""
        return f"http://127.0.0.1:{self._monitor}"

    @property
    def store(self) -> Path:
        """Where its streams lie."""
        return self._folder / "jetstream"

    def start(self) -> None:
        """Start, and wait until it answers."""
        self._folder.mkdir(parents=True, exist_ok=True)
        config = self._folder / "nats.conf"
        config.write_text(
            f"host: 127.0.0.1\nport: {self._port}\nhttp: 127.0.0.1:{self._monitor}\n"
            f'jetstream {{ store_dir: "{self.store}"{f", sync_interval: {self._sync}" if self._sync else ""} }}\n'
        )
        with (self._folder / "nats.log").open("ab") as out:
            self._running = subprocess.Popen([self._path or program(), "-c", str(config)], stdout=out, stderr=out)  # noqa: S603
        until = time.monotonic() + _SECONDS
        while not self._answers():
            if time.monotonic() > until or self._running.poll() is not None:
                raise RuntimeError((self._folder / "nats.log").read_text()[-2000:])
            time.sleep(0.02)

    def kill(self) -> None:
        """End it with SIGKILL."""
        self._end(signal.SIGKILL)

    def wipe(self) -> None:
        """Take away all that it stored; it must not run."""
        shutil.rmtree(self.store, ignore_errors=True)

    def stop(self) -> None:
        """End it properly."""
        self._end(signal.SIGTERM)

    def _end(self, sign: int) -> None:
        if self._running is not None:
            self._running.send_signal(sign)
            self._running.wait()
            self._running = None

    def _answers(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self._port), 0.2) as line:
            return line.recv(4) == b"INFO"
        return False


@contextlib.contextmanager
def nats_server(folder: Path, *, sync: str = "always", path: str | None = None) -> Iterator[NatsServer]:
    """A running server with its files in `folder`; raises `NoServer`."""
    server = NatsServer(folder, sync=sync, path=path)
    server.start()
    try:
        yield server
    finally:
        server.kill()


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])
