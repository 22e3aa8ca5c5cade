"""Says which of your recurring tasks slips from its usual rhythm."""
