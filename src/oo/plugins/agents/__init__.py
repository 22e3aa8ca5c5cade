"""Agents: each says one thing about a person from one angle."""
