"""Features: what happened to a person, folded into numbers. See README.md."""
