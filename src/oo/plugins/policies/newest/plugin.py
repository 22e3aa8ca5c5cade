"""Chooses what was added last."""

from __future__ import annotations

from oo.engine.policies.newest import Newest

plugin = Newest()
