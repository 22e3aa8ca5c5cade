"""Hearing the agents: what each said of a person, kept until it no longer counts."""
