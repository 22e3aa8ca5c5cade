"""`oo serving`: runs agents and asks models for other processes of oO, and keeps nothing."""

from __future__ import annotations

import asyncio
from typing import TextIO

import uvloop

from oo.entry.commands.up import answer_until_told, door_of
from oo.entry.wiring import plugins
from oo.kernel import log, tracing
from oo.kernel.clock import SystemClock
from oo.kernel.ids import UlidIds
from oo.kernel.settings import Settings
from oo.ml.serving import here, pass_keys, passes
from oo.ml.serving.app import App
from oo.ml.serving.routes import routes


def run(settings: Settings, out: TextIO) -> None:
    """Serve until SIGTERM or SIGINT; raises `PortTaken`."""
    log.configure(level=settings.log_level)
    tracing.configure(settings.traces_url, "oo-serving")
    with door_of(settings) as door, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        clock = SystemClock()
        ids = UlidIds(clock)
        settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        pass_keys(settings, clock, ids).make()
        serving = here(settings, clock, plugins().get("agents", {}))
        app = App(routes(serving, passes(settings, clock, ids)), log.access_log(settings.log_level))
        host, port = door.getsockname()[:2]
        out.write(f"oO serves here: http://{host}:{port}\n")
        out.flush()
        runner.run(answer_until_told(app, door, lambda: None))
