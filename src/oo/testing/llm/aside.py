"""The stand-in in a thread of its own, for what runs no loop or has its own."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

from oo.testing.llm.answers import Speech, good
from oo.testing.llm.server import StandIn, stand_in


@contextmanager
def aside(says: Speech = good) -> Iterator[StandIn]:
    """A stand-in until the end of the context."""
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, daemon=True, name="stand-in")
    thread.start()
    there = stand_in(says)
    try:
        yield asyncio.run_coroutine_threadsafe(there.__aenter__(), loop).result(60)
    finally:
        asyncio.run_coroutine_threadsafe(there.__aexit__(None, None, None), loop).result(60)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(60)
        loop.close()
