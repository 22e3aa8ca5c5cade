"""iCalendar (RFC 5545): events as busy blocks, to-dos as items; each component stands or falls alone."""
