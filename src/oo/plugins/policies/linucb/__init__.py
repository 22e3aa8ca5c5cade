"""The policy `linucb`."""
