"""One decision point, from its situation to sending or silence; a pure function, so that the log can be computed again.

Where a rule forbids, there is no decision to learn from. Where the rules allow, a day as learnt asks the timing bandit,
and a day of random slots tosses a coin with the budget's own share.
"""

from __future__ import annotations

from dataclasses import dataclass

from oo.contracts.deliveries import Arm
from oo.contracts.policies import State
from oo.engine.interrupting.rules import forbidden, unfit
from oo.engine.interrupting.situation import Offer, Situation
from oo.engine.interrupting.slots import RANDOM_SLOTS
from oo.engine.sampling import unit
from oo.engine.timing import SHIPPED, Moment, Send
from oo.engine.timing.bandit import HOLD_OUT
from oo.engine.timing.price import CAP

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


def gate(now: Situation, offer: Offer | None) -> Verdict | None:
    """The silence that the rules keep, or None; without an offer only the moment is looked at."""
    reason = forbidden(now) or (unfit(now, offer) if offer is not None else None)
    return None if reason is None else Verdict(False, reason, 0.0)


def weigh(state: State, moment: Moment, arm: Arm, *, seed: int, share: float, day_seed: int, a_day: int) -> Verdict:
    """Whether it is worth it now; asked only where the rules allow it."""
    if arm == "random":
        held_out = unit(day_seed) < HOLD_OUT
        p = 0.0 if held_out else min(CAP, a_day / RANDOM_SLOTS)
        send = Send(p, unit(seed) < p, held_out, seed, 0.0, 0.0, float(state.arrays["price"][0]))
    else:
        send = SHIPPED.decide(state, moment, seed, share=share, day_seed=day_seed)
    reason = WORTH_IT if send.sent else HELD_OUT if send.held_out else KEPT_SILENT
    return Verdict(send.sent, reason, send.probability, send)
