"""oO-sim-1: one tip out of twenty candidates, people whose weights drift and once change; regret against an oracle."""
