"""Says what fits before your next meeting."""
