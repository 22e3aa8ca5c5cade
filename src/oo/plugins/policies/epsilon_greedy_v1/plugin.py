"""Mostly what a regression on seven features expects most of, one time in ten any."""

from __future__ import annotations

from oo.engine.policies.epsilon_greedy import EpsilonGreedy

plugin = EpsilonGreedy("epsilon_greedy_v1")
