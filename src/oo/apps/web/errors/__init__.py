"""Pages for what went wrong: nothing here, something broke, or what was asked cannot be done."""
