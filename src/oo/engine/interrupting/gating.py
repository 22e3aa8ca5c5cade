"""The first half of a decision: whether a rule forbids it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from oo.engine.interrupting.rules import MOMENT_RULES, MomentRule, forbidden, unfit
from oo.engine.interrupting.situation import Offer, Situation

if TYPE_CHECKING:  # numpy comes with it, and most moments end before it is needed
    from oo.engine.timing import Send

WORTH_IT, KEPT_SILENT, HELD_OUT = "worth-it", "kept-silent", "held-out"
ALLOWED = frozenset({WORTH_IT, KEPT_SILENT, HELD_OUT})
"""Reasons of the moments at which the rules allowed an interruption."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was decided at a point; `send` is the whole decision where the rules allowed one."""

    sent: bool
    reason: str
    probability: float
    send: Send | None = None


def gate(now: Situation, offer: Offer | None, rules: Sequence[MomentRule] = MOMENT_RULES) -> Verdict | None:
    """The silence that the rules keep, or None; without an offer only the moment is looked at."""
    reason = forbidden(now, rules) or (unfit(now, offer) if offer is not None else None)
    return None if reason is None else Verdict(False, reason, 0.0)
