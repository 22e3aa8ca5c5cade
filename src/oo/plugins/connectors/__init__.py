"""Connectors: a folder per kind of source."""
