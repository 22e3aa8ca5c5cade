"""What a model said that nobody saw, and fingerprints of what it said that somebody did."""
