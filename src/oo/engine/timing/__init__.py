"""Is the best tip worth an interruption now? A small priced bandit (docs/adr/0014); hard rules stand outside it."""

from __future__ import annotations

from oo.engine.timing.bandit import Bandit, Moment, Send
from oo.engine.timing.moments import moment
from oo.engine.timing.price import chance, fair_price, share

__all__ = ["Bandit", "Moment", "Send", "chance", "fair_price", "moment", "share"]
