"""Taskwarrior: exports and data files."""
