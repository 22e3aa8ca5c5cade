"""How weights are learnt: pure functions of arrays, for one person or for many at once (any leading axes)."""
