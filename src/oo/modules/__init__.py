"""Rooms: each owns its data and keeps its promises; none knows another."""
