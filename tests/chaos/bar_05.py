"""Bar 5: oO refuses or warns of what would lose data, and names the setting."""

from __future__ import annotations

import json
import socket
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from tests.chaos.nats import nats
from tests.chaos.outcome import Outcome
from tests.chaos.processes import Part, free_port
from tests.chaos.world import World, world

SECONDS = 30.0


def run(seed: int, broken: bool, brief: bool) -> Outcome:
    """The control looks at nothing."""
    with world(people=1, tips=1, env={"CHAOS_BREAK": "guard"} if broken else {}) as there:
        cases: dict[str, Callable[[World], bool]] = {
            "nats-server 2.10.22 refused": lambda one: _refused(one, "2.10.22", "2.10.23"),
            "2.11.4 warned of": lambda one: _warned(one, "2.11.4", "version"),
            "sync_interval warned of": _not_synced,
            "oo worker on SQLite refused": _apart_on_sqlite,
        }
        found = {name: case(there) for name, case in cases.items()}
    line = ", ".join(f"{name}: {'yes' if met else 'NO'}" for name, met in found.items())
    return Outcome(all(found.values()), line)


def _refused(there: World, version: str, wanted: str) -> bool:
    with _Said(version) as server:
        part = _started(there, OO_NATS_URL=server.url)
        return _ends(part) == 2 and wanted in part.last_words()


def _warned(there: World, version: str, word: str) -> bool:
    with _Said(version) as server:
        return _says(_started(there, OO_NATS_URL=server.url), word)


def _not_synced(there: World) -> bool:
    with tempfile.TemporaryDirectory(prefix="oo-chaos-") as folder:
        monitor = free_port()
        part, url = nats(Path(folder), sync="2m", monitor=monitor)
        part.start()
        try:
            started = _started(there, OO_NATS_URL=url, OO_NATS_MONITOR=f"http://127.0.0.1:{monitor}")
            return _says(started, "sync_interval")
        finally:
            part.kill()


def _apart_on_sqlite(there: World) -> bool:
    part = there.oo("worker", "worker")
    part.start(wait=False)
    return _ends(part) == 2 and "OO_DATABASE_URL" in part.last_words()


def _started(there: World, **env: str) -> Part:
    part = there.oo("app", "up", port=free_port(), env=env)
    part.log.unlink(missing_ok=True)
    part.start(wait=False)
    return part


def _ends(part: Part) -> int | None:
    """The status that it ends with; None when it goes on."""
    assert part.process is not None
    until = time.monotonic() + SECONDS
    while part.process.poll() is None and time.monotonic() < until and b"oO is at" not in part.log.read_bytes():
        time.sleep(0.05)
    time.sleep(0.2)
    status = part.process.poll()
    if status is None:
        part.kill()
    return status


def _says(part: Part, word: str) -> bool:
    """Whether its log warns with this word."""
    until = time.monotonic() + SECONDS
    told = False
    while not told and part.running() and time.monotonic() < until:
        told = f'"reason": {json.dumps(word)}' in part.log.read_text()
        if "nats.connected" in part.log.read_text() and not told:
            time.sleep(0.5)  # it is told before the connection is used
            told = f'"reason": {json.dumps(word)}' in part.log.read_text()
            break
        time.sleep(0.05)
    part.kill()
    return told


class _Said:
    """A server that says a version, as nats-server does at the start of a connection, and answers pings."""

    def __init__(self, version: str) -> None:
        self._port = free_port()
        told = {"server_id": "X", "version": version, "jetstream": True, "headers": True, "max_payload": 1_048_576}
        self._info = b"INFO " + json.dumps(told).encode() + b"\r\n"

    @property
    def url(self) -> str:
        return f"nats://127.0.0.1:{self._port}"

    def __enter__(self) -> _Said:
        self._door = socket.create_server(("127.0.0.1", self._port))
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_of: object) -> None:
        self._door.close()

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self._door.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(line,), daemon=True).start()

    def _talk(self, line: socket.socket) -> None:
        with line:
            try:
                line.sendall(self._info)
                while said := line.recv(65_536):
                    if b"PING" in said:
                        line.sendall(b"PONG\r\n")
            except OSError:
                return
