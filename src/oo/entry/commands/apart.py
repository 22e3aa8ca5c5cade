"""`oo worker` and `oo relay`: a part of the house beside others, until a signal ends it."""

from __future__ import annotations

import asyncio
import gc
import signal
from typing import TextIO

import uvloop

from oo.entry.commands.up import address_of
from oo.entry.control import listening
from oo.entry.deeds import Deeds
from oo.entry.parts import Part
from oo.entry.wiring import house
from oo.kernel import log, tracing
from oo.kernel.settings import Settings


def run(settings: Settings, part: Part, out: TextIO) -> None:
    """Work until SIGTERM or SIGINT; raises `SettingWrong` where the data lies in a file."""
    log.configure(level=settings.log_level)
    tracing.configure(settings.traces_url, f"oo-{part.value}")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_work(settings, part, out))


async def _work(settings: Settings, part: Part, out: TextIO) -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sign, ended.set)
    async with house(settings, part=part) as home, listening(settings.data, Deeds(home, address_of(settings)).do):
        gc.collect()
        gc.freeze()
        gc.set_threshold(20_000, 20, 20)
        out.write(f"oO works here: {part.value}.\n")
        out.flush()
        await ended.wait()
