"""The policy `overdue_first`."""
