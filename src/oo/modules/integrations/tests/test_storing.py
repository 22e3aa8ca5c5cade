"""Units of work stay small, and what a connector says is checked before it is kept."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from oo.modules.integrations.storing import UNIT, Step, packed


@given(st.lists(st.integers(min_value=0, max_value=UNIT)))
def test_units_hold_at_most_500_rows_and_every_step_once_and_in_order(sizes: list[int]) -> None:
    steps = [Step(size, lambda tx: None) for size in sizes]
    units = list(packed(steps))
    assert [step for unit in units for step in unit] == steps
    assert all(sum(step.rows for step in unit) <= UNIT < 500 for unit in units)
