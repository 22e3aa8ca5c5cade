"""Back-ups by the clock: made when something changed, kept for a week, and never for longer than keys are."""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo.contracts.accounts import Accounts
from oo.contracts.forgetting import Forgetting
from oo.contracts.sources import Sources
from oo.entry import backups, saving
from oo.entry.archive import BackupBroken
from oo.entry.wiring import house
from oo.kernel.settings import Settings
from oo.testing.determinism import FixedClock

pytestmark = [pytest.mark.anyio, pytest.mark.sqlite]
NOW = datetime(2026, 11, 21, 14, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def touch(folder: Path, at: datetime) -> Path:
    path = folder / f"oo-{at:%Y%m%dT%H%M%SZ}.backup"
    path.touch()
    return path


def aged(where: Settings, at: datetime) -> None:
    for path in where.data.glob("*"):
        if path.is_file():
            os.utime(path, (at.timestamp(), at.timestamp()))


def staged(folder: Path) -> list[Path]:
    return list(folder.glob(f"{saving.STAGING}*"))


async def test_one_is_made_when_the_last_is_old_and_something_changed(tmp_path: Path) -> None:
    where = Settings(data=tmp_path, log_level="error")
    async with house(where, background=False):
        pass
    aged(where, NOW)
    assert backups.save_if_due(where, NOW + HOUR / 2) is None  # this oO is younger than an hour
    first = backups.save_if_due(where, NOW + HOUR)
    assert first is not None and first.parent == tmp_path / "backups"
    aged(where, NOW + HOUR)
    assert backups.save_if_due(where, NOW + 3 * HOUR) is None  # nothing changed
    aged(where, NOW + 2 * HOUR)
    assert backups.save_if_due(where, NOW + 2 * HOUR - timedelta(seconds=1)) is None
    assert backups.save_if_due(where, NOW + 2 * HOUR) is not None
    assert backups.made_in(tmp_path / "backups").keys() == {NOW + HOUR, NOW + 2 * HOUR}


async def test_a_back_up_that_cannot_be_brought_back_is_found_on_trial(tmp_path: Path) -> None:
    where = Settings(data=tmp_path, log_level="error")
    async with house(where, background=False):
        pass
    aged(where, NOW)
    made = backups.save_if_due(where, NOW + HOUR)
    assert made is not None
    saving.try_out(where, made, None)
    whole = made.read_bytes()
    made.write_bytes(whole[:5000] + bytes([whole[5000] ^ 1]) + whole[5001:])
    with pytest.raises(BackupBroken):
        saving.try_out(where, made, None)
    assert not staged(tmp_path)


async def test_a_back_up_that_is_being_made_while_somebody_is_erased_goes_too(tmp_path: Path) -> None:
    where = Settings(data=tmp_path, files=(tmp_path,), log_level="error")
    async with house(where, background=False) as home:
        accounts = home.promises[Accounts]
        user = (await accounts.redeem(token=await accounts.owner_link(), device="x")).user
        with saving.alone(tmp_path):
            erasing = asyncio.create_task(home.promises[Forgetting].erase(user=user))
            await asyncio.wait({erasing}, timeout=1)  # it would be over by now if it did not wait
            (tmp_path / "backups").mkdir(exist_ok=True)
            late = touch(tmp_path / "backups", NOW)
        await erasing
        assert not late.exists()


async def test_what_happens_to_somebody_is_a_change_and_what_the_clock_does_is_none(tmp_path: Path) -> None:
    where, clock = Settings(data=tmp_path, files=(tmp_path,), log_level="error"), FixedClock(NOW + HOUR)
    async with house(where, clock=clock, background=False) as home:
        user = (await home.promises[Accounts].redeem(token=await home.promises[Accounts].owner_link(), device="x")).user
        aged(where, NOW)
        assert backups.save_if_due(where, NOW + HOUR) is not None
        clock.advance(HOUR)
        for room in home.rooms.values():
            for job in room.jobs:
                await job.run()
        assert backups.save_if_due(where, NOW + 3 * HOUR) is None
        await home.promises[Sources].write_mind(user=user, things=["Something"])
        assert backups.save_if_due(where, NOW + 3 * HOUR) is not None


def test_the_newest_stay_and_one_of_each_day_of_a_week(tmp_path: Path) -> None:
    for hours in range(24 * 40):
        touch(tmp_path, NOW - hours * HOUR)
    other = tmp_path / "oo-2026_11_21_01.db"
    other.touch()
    backups.thin(tmp_path, NOW)
    made = sorted(backups.made_in(tmp_path), reverse=True)
    assert made[:6] == [NOW - hours * HOUR for hours in range(6)]
    assert [at.date() for at in made[6:]] == [(NOW - days * DAY).date() for days in range(1, 8)]
    assert other.exists()


@given(st.sets(st.integers(0, 24 * 60), max_size=60))
def test_the_newest_is_never_deleted_and_no_other_outlives_the_keys(tmp_path_factory: object, ages: set[int]) -> None:
    folder = tmp_path_factory.mktemp("backups")  # type: ignore[attr-defined]
    for hours in ages:
        touch(folder, NOW - hours * HOUR)
    backups.thin(folder, NOW)
    left = sorted(backups.made_in(folder))
    assert not ages or left[-1] == NOW - min(ages) * HOUR
    assert all(NOW - at < backups.KEPT for at in left[:-1])
    assert len(left) <= backups.HOURS + backups.DAYS + 1


def test_back_ups_that_were_asked_for_go_when_their_keys_must(tmp_path: Path) -> None:
    for days in (0, 29, 30, 31):
        touch(tmp_path, NOW - days * DAY)
    assert backups.end(tmp_path, NOW) == 2
    assert backups.end(tmp_path, NOW + 60 * DAY) == 1
    assert backups.made_in(tmp_path).keys() == {NOW}


def test_on_postgres_and_with_no_hours_nothing_is_made_by_the_clock(tmp_path: Path) -> None:
    for where in (Settings(data=tmp_path, backup_hours=0), Settings(data=tmp_path, database_url="postgresql:///oo")):
        assert backups.jobs(where, FixedClock()) == []
    [job] = backups.jobs(Settings(data=tmp_path), FixedClock())
    assert job.name == "house.back-up"
