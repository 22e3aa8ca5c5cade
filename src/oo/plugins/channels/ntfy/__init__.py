"""ntfy: to the ntfy app on a phone, through a server that the person chose."""
