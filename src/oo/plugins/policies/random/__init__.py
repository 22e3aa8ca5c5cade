"""The policy `random`."""
