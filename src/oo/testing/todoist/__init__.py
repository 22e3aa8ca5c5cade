"""A stand-in for Todoist's unified API v1: OAuth with rotating tokens, sync, completed tasks, webhooks."""
