"""Says what this weekday and this part of the day are usually like for you."""
