"""The tip page: one thing, what can be done with it, and what was done with the last."""
