"""The policy `newest`."""
