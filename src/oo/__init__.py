"""oO: one tip, right now, made from the apps a person already uses."""
