"""May a person be interrupted now, and is it worth it? Pure: hard rules first, then a small bandit.

>>> from datetime import UTC, datetime, time
>>> from oo.contracts.deliveries import Quiet
>>> now, night = datetime(2026, 11, 21, 22, 30, tzinfo=UTC), Quiet(time(22), time(7), "person")
>>> gate(Situation(now, "Europe/Berlin", quiet=night), None)
Verdict(sent=False, reason='quiet-hours', probability=0.0, send=None)
"""

from __future__ import annotations

from oo.engine.interrupting.gating import ALLOWED, HELD_OUT, KEPT_SILENT, WORTH_IT, Verdict, gate
from oo.engine.interrupting.rules import (
    DEVICE_RULES,
    MOMENT_RULES,
    TIP_RULES,
    forbidden,
    lives_for,
    out_of_reach,
    unfit,
)
from oo.engine.interrupting.situation import Offer, Reach, Sent, Situation

__all__ = [
    "ALLOWED",
    "DEVICE_RULES",
    "HELD_OUT",
    "KEPT_SILENT",
    "MOMENT_RULES",
    "TIP_RULES",
    "WORTH_IT",
    "Offer",
    "Reach",
    "Sent",
    "Situation",
    "Verdict",
    "forbidden",
    "gate",
    "lives_for",
    "out_of_reach",
    "unfit",
]
