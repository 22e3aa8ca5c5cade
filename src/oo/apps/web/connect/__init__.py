"""Connect: what oO reads, what it could read, and the three things on a person's mind."""
