"""Background work gives way: whoever waits for an answer has the event loop first."""

from __future__ import annotations

import asyncio

_TURN_SECONDS = 0.001


async def give_way(took: float) -> None:
    """Let others have the loop for thrice as long as a piece of work took, or until nobody wants it."""
    loop, given = asyncio.get_running_loop(), 0.0
    while given < 3 * took:
        began = loop.time()
        await asyncio.sleep(_TURN_SECONDS)
        turn = loop.time() - began
        if turn < 2 * _TURN_SECONDS:
            return
        given += turn
