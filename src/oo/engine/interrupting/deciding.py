"""The second half of a decision: whether it is worth it; a pure function, so that the log can be computed again.

Where a rule forbids, there is no decision to learn from. Where the rules allow, a day as learnt asks the timing bandit,
and a day of random slots tosses a coin with the budget's own share.
"""

from __future__ import annotations

from oo.contracts.deliveries import Arm
from oo.contracts.policies import State
from oo.engine.interrupting.gating import HELD_OUT, KEPT_SILENT, WORTH_IT, Verdict
from oo.engine.interrupting.slots import RANDOM_SLOTS
from oo.engine.sampling import unit
from oo.engine.timing import SHIPPED, Moment, Send
from oo.engine.timing.bandit import HOLD_OUT
from oo.engine.timing.price import CAP


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
