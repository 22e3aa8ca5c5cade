"""Settings: one page; only what has a function behind it."""
