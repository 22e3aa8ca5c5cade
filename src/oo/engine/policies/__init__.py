"""Ways to choose, a file each: pure mathematics behind the Policy protocol."""

from __future__ import annotations

from oo.contracts.policies import Policy
from oo.engine.policies.house import House
from oo.engine.policies.newest import Newest
from oo.engine.policies.overdue_first import OverdueFirst
from oo.engine.policies.random import Random

POLICIES: dict[str, Policy] = {policy.id: policy for policy in (House(), Random(), OverdueFirst(), Newest())}
"""The policies that oO brings, by id; the first is the champion it ships with."""
