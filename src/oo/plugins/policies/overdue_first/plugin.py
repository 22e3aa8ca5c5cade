"""Chooses the earliest due date, among equals the higher priority."""

from __future__ import annotations

from oo.engine.policies.overdue_first import OverdueFirst

plugin = OverdueFirst()
