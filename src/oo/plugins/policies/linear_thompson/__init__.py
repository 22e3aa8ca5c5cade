"""The policy `linear_thompson`."""
