"""Google Calendar: busy blocks of the person's own calendars, without a word of what they are."""
