"""Fakes, stand-in servers and conformance suites; only tests import it."""
