"""The policy `house`."""
