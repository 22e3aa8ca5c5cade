"""The decision as mathematics: the pipeline's order, rules, policies, sampling, replay; no I/O, no clock, no chance."""
