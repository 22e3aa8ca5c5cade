"""Bringing a back-up back: all of it is checked first, then put in place, and whoever was erased is erased again.

Nothing is touched before the whole file was read, its checksums compared, and its databases looked at.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from shutil import rmtree

from oo.entry import archive
from oo.entry.archive import BackupBroken, Manifest
from oo.entry.migrate import HISTORY
from oo.entry.saving import run_program, single
from oo.kernel import tombstones
from oo.kernel.db import DataLock
from oo.kernel.keys import fingerprint
from oo.kernel.settings import Settings

_DATABASES = ("oo.db", "keys.db")


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back."""

    made_at: datetime
    people: int
    """Whoever is in the back-up, before anybody is erased again."""
    aside: Path | None
    """Where what was there before lies now."""


def restore(settings: Settings, source: Path, now: datetime, passphrase: bytes | None, *, replace: bool) -> Restored:
    """Put a back-up in place; raises `BackupBroken`, with everything as it was, or `DataInUse` while an oO runs.

    The next start, before it serves anybody, erases whoever has a tombstone; callers make that start.
    """
    with DataLock(settings.data):
        folder = Path(tempfile.mkdtemp(prefix=".restoring-", dir=settings.data))
        try:
            manifest = archive.unpack(source, folder, passphrase)
            _check(manifest, settings, source, folder)
            for graves in (folder / tombstones.FILE, source.parent / tombstones.FILE):
                if graves.exists() and not graves.samefile(_own(settings)):
                    tombstones.copy(graves, settings.data)
            if settings.database_url is None:
                people, aside = _on_sqlite(settings, folder, now, replace=replace)
            else:
                people, aside = _on_postgres(settings, folder), None
            if not (settings.data / "instance.key").exists():
                (folder / "instance.key").replace(settings.data / "instance.key")
            _sync(settings.data)
            return Restored(datetime.fromisoformat(manifest.made_at), people, aside)
        finally:
            rmtree(folder, ignore_errors=True)


def _check(manifest: Manifest, settings: Settings, source: Path, folder: Path) -> None:
    if not (HISTORY / "versions" / f"{manifest.revision}.py").exists():
        raise BackupBroken(
            f"{source} was made by a newer oO ({manifest.oo}, tables of {manifest.revision}); nothing was touched. "
            "Upgrade this one first."
        )
    here = "sqlite" if settings.database_url is None else "postgres"
    if manifest.database != here:
        mend = "set OO_DATABASE_URL" if manifest.database == "postgres" else "take OO_DATABASE_URL away"
        raise BackupBroken(f"{source} is of {manifest.database}, and this oO keeps its data on {here}: {mend}.")
    key = settings.data / "instance.key"
    found = key if key.exists() else folder / "instance.key"
    if not found.exists():
        raise BackupBroken(f"{source} can't be read without its instance.key: put that into {settings.data} first.")
    if fingerprint(found) != manifest.instance:
        raise BackupBroken(
            f"{key} is not the key of this back-up; nothing was touched. Put the right one in its place, or name "
            "another --data folder."
        )
    for name in _DATABASES if manifest.database == "sqlite" else ():
        single(folder / name)


def _on_sqlite(settings: Settings, folder: Path, now: datetime, *, replace: bool) -> tuple[int, Path | None]:
    here = [settings.data / name for name in _DATABASES]
    aside = None
    if any(path.exists() for path in here):
        if not replace:
            raise BackupBroken(
                f"There is data in {settings.data}; nothing was touched. To put it aside and bring the back-up back, "
                "say so: --replace"
            )
        aside = settings.data / "backups" / f"replaced-{now:%Y%m%dT%H%M%SZ}"
        _put_aside(settings.data, aside)
    with contextlib.closing(sqlite3.connect(folder / "keys.db")) as keys:
        people = int(keys.execute("SELECT count(*) FROM keys").fetchone()[0])
    # Keys last: without them oO starts with nobody, and a restore that was cut off is done again.
    for path in here:
        (folder / path.name).replace(path)
    return people, aside


def _on_postgres(settings: Settings, folder: Path) -> int:
    from oo.kernel.db.postgres.server import place, reached

    assert settings.database_url is not None
    url = settings.database_url.get_secret_value()
    schemas = "SELECT count(*) FROM pg_namespace WHERE nspname IN ('oo', 'keys', 'events')"
    with reached(url) as asking:
        if asking.execute(schemas).fetchone() != (0,):
            raise BackupBroken(
                f"There is data in this database ({place(url)}); nothing was touched. Make an empty one, name it in "
                "OO_DATABASE_URL, and run this again: createdb --template=template0 --encoding=UTF8 --locale=C NAME"
            )
    run_program(
        settings, "pg_restore", "--no-owner", "--exit-on-error", "--single-transaction", str(folder / "postgres.dump")
    )
    with reached(url) as asking:
        row = asking.execute("SELECT count(*) FROM keys.keys").fetchone()
    return int(row[0]) if row else 0


def _put_aside(data: Path, aside: Path) -> None:
    aside.parent.mkdir(parents=True, mode=0o700, exist_ok=True)
    for name in _DATABASES:
        for path in (data / name, data / f"{name}-wal", data / f"{name}-shm", data / f"{name}-journal"):
            if path.exists():
                path.replace(aside.with_name(f"{aside.name}-{path.name}"))


def _own(settings: Settings) -> Path:
    path = settings.data / tombstones.FILE
    if not path.exists():
        path.touch(mode=0o600)
    return path


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
