"""Todoist's CSV files: project templates and backups."""
