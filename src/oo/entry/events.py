"""What the command line may ask about events that were set aside."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from oo.contracts.errors import NotFound
from oo.kernel.module import Kit
from oo.kernel.redelivering import Aside, aside, pass_by, send_again

Deed = Callable[[Kit, Mapping[str, Any]], Awaitable[Any]]


async def set_aside(kit: Kit, asked: Mapping[str, Any]) -> Any:
    """What was set aside, as plain values."""
    return [{**asdict(one), "at": one.at.isoformat()} for one in await _found(kit, asked)]


async def redeliver(kit: Kit, asked: Mapping[str, Any]) -> Any:
    """Send again what was set aside and what it held; how many were set aside, and how many events that is."""
    found = await _named(kit, asked)
    events = 0
    for consumer, user in sorted({(one.consumer, one.user) for one in found}):
        events += await kit.db.write(lambda tx, of=(consumer, user): send_again(tx, *of))  # type: ignore[misc]
    kit.outbox.wake()
    return {"aside": len(found), "events": events}


async def skip(kit: Kit, asked: Mapping[str, Any]) -> Any:
    """Go on behind an event that was set aside, for good."""
    found = await _named(kit, asked)
    events = 0
    for one in found:
        events += await kit.db.write(lambda tx, of=one: pass_by(tx, of))  # type: ignore[misc]
    kit.outbox.wake()
    return {"aside": len(found), "events": events}


async def _named(kit: Kit, asked: Mapping[str, Any]) -> Sequence[Aside]:
    """What is meant; raises `NotFound` when one was named that was not set aside."""
    found = await _found(kit, asked)
    if not found and (asked.get("event") or asked.get("consumer")):
        raise NotFound("No such event was set aside; `oo events` shows those that were.")
    return found


async def _found(kit: Kit, asked: Mapping[str, Any]) -> Sequence[Aside]:
    return await kit.db.read(lambda tx: aside(tx, consumer=asked.get("consumer"), event=asked.get("event")))


DEEDS: Mapping[str, Deed] = {"events": set_aside, "redeliver": redeliver, "skip-event": skip}
"""By the word that a command sends."""
