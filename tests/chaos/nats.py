"""A nats-server with JetStream that keeps its promises (`sync_interval: always`), killed and started again."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from tests.chaos.outcome import CannotRun
from tests.chaos.processes import Part, answers, free_port


def nats(folder: Path, *, sync: str = "always") -> tuple[Part, str]:
    """A server as a part, not started, and its address; its store is `folder / "jetstream"`."""
    beside = Path(sys.executable).with_name("nats-server")
    program = str(beside) if beside.exists() else shutil.which("nats-server")
    if program is None:
        raise CannotRun("there is no nats-server here: run make install")
    port = free_port()
    config = folder / "nats.conf"
    config.write_text(
        f'host: 127.0.0.1\nport: {port}\njetstream {{ store_dir: "{store(folder)}", sync_interval: {sync} }}\n'
    )
    ready = folder / "nats.log"
    part = Part("nats", [program, "-c", str(config)], ready, ready=lambda: answers(port))
    return part, f"nats://127.0.0.1:{port}"


def store(folder: Path) -> Path:
    """Where the server keeps its streams."""
    return folder / "jetstream"
