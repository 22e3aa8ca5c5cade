"""Promises between rooms: protocols, values, errors, ids and plugin seams; no behaviour but arithmetic on values."""
