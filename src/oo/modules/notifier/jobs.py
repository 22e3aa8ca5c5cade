"""What the notifier does by the clock: look for moments, decide, send, learn, and forget."""

from __future__ import annotations

from datetime import timedelta

from oo.kernel.jobs import Job, Work
from oo.kernel.module import Kit
from oo.modules.notifier.deciding import Deciding
from oo.modules.notifier.learning import Learning
from oo.modules.notifier.planning import Planning
from oo.modules.notifier.repository import log, moments
from oo.modules.notifier.sending import Sending

VERSION = 1
KEPT = timedelta(days=30)


def jobs(kit: Kit, deciding: Deciding, sending: Sending, learning: Learning) -> list[Job]:
    """The room's jobs."""
    kept = min(KEPT, timedelta(days=kit.settings.keep_days))

    async def forget() -> None:
        before = kit.clock.now() - kept
        while await kit.db.write(lambda tx: moments.forget(tx, before, log.SLICE)):
            pass
        while await kit.db.write(lambda tx: log.forget(tx, before)):
            pass

    return [
        Job("notifier.decide", timedelta(seconds=2), deciding.run),
        Job("notifier.send", timedelta(seconds=1), sending.run),
        Job("notifier.sweep", timedelta(seconds=30), sending.sweep),
        Job("notifier.learn", timedelta(minutes=2), learning.run),
        Job("notifier.forget", timedelta(hours=1), forget),
    ]


def works(planning: Planning) -> list[Work]:
    """What is done for many people."""
    every = timedelta(minutes=1)
    return [Work("notifier.plan", VERSION, every, planning.plan, planning.run, spread=every / 2)]
