"""Channels: each hands a short message to a device or an inbox."""
