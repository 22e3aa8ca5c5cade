"""Things on a person's mind: one small document that oO keeps encrypted."""
