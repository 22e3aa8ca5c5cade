from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from oo.kernel.chance import SystemChance
from oo.kernel.clock import SystemClock
from oo.kernel.ids import Ids, UlidIds
from oo.testing.determinism import CountingIds, FixedClock, SeededChance


def test_the_systems_clock_is_aware_and_in_utc() -> None:
    now = SystemClock().now()
    assert now.utcoffset() == timedelta(0)
    assert SystemClock().monotonic() <= SystemClock().monotonic()


def test_identities_sort_by_their_making_though_the_clock_stands_still() -> None:
    ids = UlidIds(FixedClock())
    made = [ids.new() for _ in range(1000)]
    assert made == sorted(set(made))


def test_identities_keep_their_order_when_the_clock_steps_back() -> None:
    clock = FixedClock(datetime(2026, 11, 21, 9, tzinfo=UTC))
    ids = UlidIds(clock)
    first = ids.new()
    clock.set(datetime(2026, 11, 21, 8, tzinfo=UTC))
    assert ids.new() > first


def test_an_identity_begins_with_its_instant() -> None:
    earlier = UlidIds(FixedClock(datetime(2026, 11, 21, 9, 0, 0, tzinfo=UTC))).new()
    later = UlidIds(FixedClock(datetime(2026, 11, 21, 9, 0, 1, tzinfo=UTC))).new()
    assert earlier[:10] < later[:10]
    assert len(earlier) == 26


@pytest.mark.parametrize("ids", [UlidIds(), CountingIds()], ids=["real", "fake"])
def test_a_token_has_at_least_128_bits_and_never_comes_twice(ids: Ids) -> None:
    assert len({ids.token(16) for _ in range(100)}) == 100
    with pytest.raises(ValueError, match="16 bytes"):
        ids.token(15)


def test_the_fakes_repeat_themselves() -> None:
    assert [CountingIds().new(), CountingIds(3).token()] == [CountingIds().new(), CountingIds(3).token()]
    assert SeededChance(7).seed() == SeededChance(7).seed()
    assert FixedClock().now() == FixedClock().now()


def test_a_seed_fits_in_63_bits() -> None:
    assert all(0 <= SystemChance().seed() < 2**63 for _ in range(100))


def test_a_fixed_clock_moves_only_when_told() -> None:
    clock = FixedClock()
    before = clock.now()
    clock.advance(timedelta(minutes=5))
    assert clock.now() - before == timedelta(minutes=5)
    assert clock.monotonic() == 300.0
