"""Copies of the data: those that an upgrade makes, and back-ups by the clock; kept for a way back, and no longer."""

from __future__ import annotations

import asyncio
import contextlib
import re
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

from oo.entry import saving
from oo.kernel.clock import Clock
from oo.kernel.jobs import Job
from oo.kernel.log import get_logger
from oo.kernel.settings import Settings

KEPT = timedelta(days=30)
"""How long a copy is kept, and the keys in it; the newest stays until somebody is erased."""
HOURS, DAYS = 6, 7
"""Of back-ups by the clock: the newest so many, and the newest of each of so many days."""
_NAME = re.compile(rf"{saving.PREFIX}(\d{{8}}T\d{{6}}Z){re.escape(saving.SUFFIX)}")

log = get_logger("backups")


def jobs(settings: Settings, clock: Clock) -> list[Job]:
    """Back up by the clock what lies in a file; Postgres has its own ways (docs/how-to/postgres.md)."""

    async def save() -> None:
        await asyncio.to_thread(save_if_due, settings, clock.now())

    if settings.database_url is not None or not settings.backup_hours:
        return []
    # Looked at more often than it is due: what is due is found in the folder, so that a restart shifts nothing.
    return [Job("house.back-up", timedelta(minutes=10), save)]


def folder_of(settings: Settings) -> Path:
    """Where back-ups go when nobody says where."""
    return settings.backups or settings.data / "backups"


def save_if_due(settings: Settings, now: datetime) -> Path | None:
    """Back up when the newest is old enough and something changed since; the file. Older ones are thinned.

    The first of a day is brought back on trial; raises `BackupBroken` when that fails, and the job counts it.
    """
    folder = folder_of(settings)
    made = sorted(made_in(folder))
    thin(folder, now)
    since = made[-1] if made else _born(settings)
    if now - since < timedelta(hours=settings.backup_hours) or (made and _changed(settings) <= since):
        return None
    secret = settings.backup_passphrase
    passphrase = secret.get_secret_value().encode() if secret else None
    with saving.alone(settings.data):
        with saving.staged(saving.stage(settings)) as copied:
            path = saving.pack(settings, copied, folder, now, passphrase)
        if not made or made[-1].date() != now.date():
            saving.try_out(settings, path, passphrase)
        log.info("backup.made", size=path.stat().st_size)
    return path


def made_in(folder: Path) -> dict[datetime, Path]:
    """The back-ups in a folder, by when they were made."""
    found = ((_NAME.fullmatch(path.name), path) for path in folder.glob(f"{saving.PREFIX}*{saving.SUFFIX}"))
    return {datetime.strptime(named[1], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC): path for named, path in found if named}


def thin(folder: Path, now: datetime) -> int:
    """Delete back-ups by the clock that are too many or too old; how many."""
    made = made_in(folder)
    newest = sorted(made, reverse=True)
    days = {at.date(): at for at in reversed(newest) if now - at < timedelta(days=DAYS)}
    kept = {*newest[:1], *(at for at in newest[:HOURS] if now - at < KEPT), *days.values()}
    return _delete([path for at, path in made.items() if at not in kept])


def end(folder: Path, now: datetime) -> int:
    """Delete back-ups whose keys are too old to be kept, but the newest; how many."""
    made = made_in(folder)
    return _delete([made[at] for at in sorted(made)[:-1] if now - at >= KEPT])


def _born(settings: Settings) -> datetime:
    return datetime.fromtimestamp((settings.data / "instance.key").stat().st_mtime, UTC)


def _changed(settings: Settings) -> datetime:
    """When something happened to somebody, or somebody came; the files change all the time, by what the clock does."""
    came = datetime.fromtimestamp((settings.data / "keys.db").stat().st_mtime, UTC)
    with contextlib.closing(sqlite3.connect(f"file:{settings.data / 'oo.db'}?mode=ro", uri=True, timeout=5)) as asking:
        row = asking.execute("SELECT at FROM outbox ORDER BY id DESC LIMIT 1").fetchone()
    return came if row is None else max(came, datetime.fromtimestamp(row[0] / 1e6, UTC))


def _delete(paths: list[Path]) -> int:
    for path in paths:
        path.unlink(missing_ok=True)
    return len(paths)


def prune(data: Path, now: datetime) -> int:
    """Delete copies that are too old, but the newest; how many."""
    oldest_first = sorted(_all(data), key=lambda path: path.stat().st_mtime)
    old = [path for path in oldest_first[:-1] if path.stat().st_mtime < (now - KEPT).timestamp()]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def clear(data: Path) -> int:
    """Delete every copy, as somebody was erased who is in it; how many."""
    with saving.alone(data):  # one that is being made is waited for, as the person is in it too
        return _delete(_all(data))


def _all(data: Path) -> list[Path]:
    return [path for path in (data / "backups").glob("*") if path.is_file()]
