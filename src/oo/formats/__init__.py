"""Formats of the world that several plugins read: bytes in, normal forms out; no network, no files, no clock."""
