"""Is the best tip worth an interruption now? A small priced bandit (docs/adr/0014); hard rules stand outside it.

Where the hard rules allow an interruption, ask; where they don't, there is no decision and nothing is learnt:

>>> allowed = share(3, [])
>>> state = SHIPPED.initial(allowed)
>>> now = moment(hour=9.5, weekend=False, days_of_use=2, minutes_since_interruption=None, minutes_since_use=40,
...              dose=SHIPPED.dose(state), value_now=0.6, value_later=0.4)
>>> send = SHIPPED.decide(state, now, seed=7, share=allowed, day_seed=11)
>>> round(send.probability, 4), send.sent, send.held_out
(0.4489, True, False)

Log the Send whole. When the moment has passed, let price and dose follow; when its reward is known, learn:

>>> state = SHIPPED.spent(state, send, allowed)
>>> state = SHIPPED.update(state, now, send, SHIPPED.net(1.0, send, dose=0.0))
>>> SHIPPED.effect(state, now.effect[None])[0].round(4)
array([0.1132])
"""

from __future__ import annotations

from oo.engine.timing.bandit import Bandit, Moment, Send
from oo.engine.timing.moments import SHIPPED, moment
from oo.engine.timing.price import chance, fair_price, share

__all__ = ["SHIPPED", "Bandit", "Moment", "Send", "chance", "fair_price", "moment", "share"]
