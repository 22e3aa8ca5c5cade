"""What a regression expects most of, with a bonus for what it knows little of."""

from __future__ import annotations

from oo.engine.policies.linucb import LinUCB

plugin = LinUCB()
