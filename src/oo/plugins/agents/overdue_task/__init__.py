"""Says what is late, and how much that matters to you."""
