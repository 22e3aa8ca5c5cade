"""A nats-server with JetStream that keeps its promises (`sync_interval: always`), killed and started again."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.chaos.outcome import CannotRun
from tests.chaos.processes import Part, answers, free_port

from oo.testing.nats import NoServer, program


def nats(folder: Path, *, sync: str = "always", monitor: int | None = None) -> tuple[Part, str]:
    """A server as a part, not started, and its address; `monitor` is the port of its monitoring address."""
    try:
        server = program()
    except NoServer as missing:
        raise CannotRun(str(missing)) from None
    port = free_port()
    config = folder / "nats.conf"
    config.write_text(
        f"host: 127.0.0.1\nport: {port}\n"
        + (f"http: 127.0.0.1:{monitor}\n" if monitor else "")
        + f'jetstream {{ store_dir: "{store(folder)}", sync_interval: {sync} }}\n'
    )
    ready = folder / "nats.log"
    part = Part("nats", [server, "-c", str(config)], ready, ready=lambda: answers(port))
    return part, f"nats://127.0.0.1:{port}"


def store(folder: Path) -> Path:
    """Where the server keeps its streams."""
    return folder / "jetstream"


def wipe(folder: Path) -> None:
    """Take away all that a server that does not run had stored."""
    shutil.rmtree(store(folder), ignore_errors=True)
