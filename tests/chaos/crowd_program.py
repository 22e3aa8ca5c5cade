"""The real program with the crowd room, a clock that a bar sets wrong, and with `CHAOS_BREAK` one part taken out.

Run by its path, with the arguments of `oo`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any


def main() -> None:
    """Run `oo` with the crowd."""
    sys.path[0] = str(Path(__file__).parents[2])
    from tests.chaos import crowd

    from oo.entry import wiring

    wiring.MODULES = (*wiring.MODULES, crowd.module)
    if seconds := os.environ.get("CROWD_ACK_SECONDS"):
        from oo.kernel.nats import broker

        broker.ACK_WAIT_SECONDS = float(seconds)
    if path := os.environ.get("CROWD_CLOCK"):
        _wrong_clock(Path(path))
    for name in filter(None, os.environ.get("CHAOS_BREAK", "").split(",")):
        BREAKS[name]()

    from oo.entry import cli

    cli.main()


def _wrong_clock(path: Path) -> None:
    """The time of day is off by the seconds in a file."""
    from oo.kernel.clock import SystemClock

    right = SystemClock.now

    def now(self: SystemClock) -> datetime:
        return right(self) + timedelta(seconds=float(path.read_text() or 0))

    SystemClock.now = now  # type: ignore[method-assign]


def acknowledged_early() -> None:
    """A message is acknowledged when it arrives, and nobody looks for what was lost."""
    from taskiq import receiver
    from taskiq.acks import AcknowledgeType

    from oo.kernel.nats.broker import Queue

    made = receiver.Receiver.__init__

    def early(self: Any, *given: Any, **named: Any) -> None:
        made(self, *given, **{**named, "ack_type": AcknowledgeType.WHEN_RECEIVED})

    receiver.Receiver.__init__ = early  # type: ignore[method-assign]
    Queue.patience = 1e9


def everybody_leads() -> None:
    """Nobody asks who leads."""
    from oo.kernel.jobs.lease import Lease

    Lease.held = property(lambda _self: True)  # type: ignore[assignment, method-assign]
    Lease.fence = lambda _self, _tx: None  # type: ignore[method-assign, assignment]


BREAKS: Mapping[str, Callable[[], None]] = {"early": acknowledged_early, "lease": everybody_leads}

if __name__ == "__main__":
    main()
