"""Ways to choose, a file each: pure mathematics behind the Policy protocol."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from oo.contracts.policies import Policy
from oo.engine.policies.house import House
from oo.engine.policies.newest import Newest
from oo.engine.policies.overdue_first import OverdueFirst
from oo.engine.policies.random import Random

POLICIES: Mapping[str, Policy] = MappingProxyType(
    {policy.id: policy for policy in (House(), Random(), OverdueFirst(), Newest())}
)
"""The fixed rules that oO brings, by id; the first is the champion it ships with. Whatever learns needs numpy, which a
light command does without: it is found as a plugin.
"""
