"""As v1, on twelve features: those and five of the person."""

from __future__ import annotations

from oo.engine.policies.epsilon_greedy import EpsilonGreedy

plugin = EpsilonGreedy("epsilon_greedy_v2")
