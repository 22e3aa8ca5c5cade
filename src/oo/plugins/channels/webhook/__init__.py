"""Webhook: to a server of the person, signed."""
