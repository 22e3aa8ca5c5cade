"""Policies: a folder per way to choose; their mathematics is in `oo.engine.policies`."""
