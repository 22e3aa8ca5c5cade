"""Chooses evenly among all that the rules kept."""

from __future__ import annotations

from oo.engine.policies.random import Random

plugin = Random()
