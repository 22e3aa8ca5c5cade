"""Every bar once, in its short form and from one seed, as CI runs it; `make chaos` runs them in full."""

from __future__ import annotations

import pytest
from tests.chaos.outcome import CannotRun, bars, load

SEED = 20261121


@pytest.mark.chaos
@pytest.mark.parametrize("number", sorted(bars()))
def test_the_bar_is_met(number: int) -> None:
    try:
        outcome = load(bars()[number])(SEED, False, True)
    except CannotRun as reason:
        pytest.skip(f"bar {number}: {reason}")
    assert outcome.ok, f"bar {number}, seed {SEED}: {outcome.line}"
