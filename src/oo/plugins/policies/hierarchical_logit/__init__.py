"""The policy `hierarchical_logit`."""
