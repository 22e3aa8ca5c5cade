"""Lighthouse over the pages of a running oO: accessibility and best practices 100, performance 95 or more."""
