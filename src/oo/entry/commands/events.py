"""`oo events …`: asked of the running oO, or done here when none runs."""

from __future__ import annotations

from typing import TextIO

from oo.entry.commands.deed import done
from oo.kernel.settings import Settings


def show(settings: Settings, out: TextIO) -> int:
    """Print the events that were set aside; 1 when there are some."""
    found = done(settings, {"do": "events"})
    for one in found:
        out.write(f"{one['event']}  {one['consumer']:14} {one['type']:28} {one['reason']:20} {one['at']}\n")
    if not found:
        out.write("No event was set aside.\n")
    return int(bool(found))


def redeliver(settings: Settings, consumer: str | None, event: str | None, out: TextIO) -> None:
    """Send again what was set aside, and print how much that is."""
    told = done(settings, {"do": "redeliver", "consumer": consumer, "event": event})
    out.write(_said(told, "sent again"))


def skip(settings: Settings, event: str, consumer: str | None, out: TextIO) -> None:
    """Go on behind an event, without its effect."""
    told = done(settings, {"do": "skip-event", "consumer": consumer, "event": event})
    out.write(_said(told, "passed by"))


def _said(told: dict[str, int], how: str) -> str:
    if not told["aside"]:
        return "No event was set aside.\n"
    return f"{told['aside']} set aside, now {how}; {told['events']} events wait to be handed on.\n"
