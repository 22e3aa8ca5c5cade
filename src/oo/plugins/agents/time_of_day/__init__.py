"""Says whether this is a good hour for you."""
