"""Serving: runs agents over what is known of a person, and keeps nothing. See README.md."""
