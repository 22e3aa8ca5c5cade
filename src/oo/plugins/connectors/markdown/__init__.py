"""Markdown checklists, as Obsidian Tasks and others write them: a note or a whole vault."""
