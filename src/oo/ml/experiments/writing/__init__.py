"""Compares who writes tips: models by alias, or versions of the prompt, over situations that nobody has lived."""
