"""Todoist by its unified API v1. See README.md."""
