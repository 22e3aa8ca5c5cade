"""Each candidate as often as a regression finds it probably the best."""

from __future__ import annotations

from oo.engine.policies.linear_thompson import LinearThompson

plugin = LinearThompson()
