"""Off-policy evaluation: what a policy would have earned, read from another policy's log, with honest errors."""
