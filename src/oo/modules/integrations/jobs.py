"""What integrations does by the clock."""

from __future__ import annotations

from datetime import timedelta

from oo.kernel.jobs import Job
from oo.modules.integrations.service import Integrations


def jobs(service: Integrations) -> list[Job]:
    """The room's jobs."""
    return [
        Job("integrations.look", timedelta(seconds=1.5), service.look),
        Job("integrations.write-back", timedelta(seconds=1), service.write_back),
        Job("integrations.forget-words", timedelta(minutes=10), service.forget_words),
        Job("integrations.give-back", timedelta(seconds=15), service.give_back),
        Job("integrations.prune", timedelta(hours=1), service.prune),
    ]
