"""Chooses what is due about now, young, begun, or of the project at hand."""

from __future__ import annotations

from oo.engine.policies.house import House

plugin = House()
