"""Says how today compares with a normal day of yours."""
