"""Back-ups: what is kept is copied as it is at one moment, checked, and packed into one file.

The process that owns the data makes the copies, so a running oO goes on meanwhile; packing is done by whoever asked.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from oo.entry import archive
from oo.entry.archive import BackupBroken, Manifest
from oo.entry.migrate import back_up, current, current_of
from oo.kernel import tombstones
from oo.kernel.keys import fingerprint
from oo.kernel.settings import Settings

PREFIX, SUFFIX = "oo-", ".backup"
STAGING = ".staging-"
COPYING = ".copying"
_AT_WORK_SECONDS = 6 * 3600


def stage(settings: Settings) -> Path:
    """Copy what is kept into a new private folder within the data folder, where nothing changes any more.

    Called by the process that owns the data; raises `BackupBroken` when what was copied is damaged.
    """
    folder = Path(tempfile.mkdtemp(prefix=STAGING, dir=settings.data))
    try:
        if settings.database_url is None:
            # Keys after data: who joins in between has a key and no row, which does no harm.
            for name in ("oo.db", "keys.db"):
                single(back_up(settings.data / name, folder / name))
        else:
            run_program(settings, "pg_dump", "--format=custom", f"--file={folder / 'postgres.dump'}")
        graves = settings.data / tombstones.FILE
        if graves.exists():
            shutil.copyfile(graves, folder / tombstones.FILE)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return folder


def pack(settings: Settings, staged: Path, target: Path, now: datetime, passphrase: bytes | None) -> Path:
    """Pack a staged folder into a file below the folder `target`, with the tombstones beside it; the file."""
    from importlib.metadata import version

    key = settings.data / "instance.key"
    files = {path.name: path for path in sorted(staged.iterdir())}
    if passphrase is not None:
        files[key.name] = key
    on_sqlite = settings.database_url is None
    manifest = Manifest(
        made_at=now.isoformat(timespec="seconds"),
        oo=version("oo"),
        revision=(current(staged / "oo.db") if on_sqlite else _revision(settings)) or "",
        database="sqlite" if on_sqlite else "postgres",
        instance=fingerprint(key),
    )
    path = target / f"{PREFIX}{now:%Y%m%dT%H%M%SZ}{SUFFIX}"
    archive.write(path, manifest, files, passphrase)
    if tombstones.FILE in files:
        tombstones.copy(files[tombstones.FILE], target)
    return path


def try_out(settings: Settings, path: Path, passphrase: bytes | None) -> None:
    """Bring a back-up back into a folder that is thrown away; raises `BackupBroken` when that fails."""
    with staged(Path(tempfile.mkdtemp(prefix=STAGING, dir=settings.data))) as folder:
        archive.unpack(path, folder, passphrase)
        for name in ("oo.db", "keys.db"):
            single(folder / name)


@contextmanager
def alone(data: Path) -> Iterator[None]:
    """Wait until nobody else makes copies of this data or takes them away, in whatever process; then keep others out.

    Without it a back-up that was begun before an erasure could be written after it, with the key of whoever is gone.
    """
    if not data.is_dir():  # nothing is here, and whoever asks says so
        yield
        return
    descriptor = os.open(data / COPYING, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def staged(folder: Path) -> Iterator[Path]:
    """A staged folder that is gone at the end."""
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def clear_staging(data: Path, now: datetime) -> None:
    """Delete what a process that was killed has left staged; what is new may be another one's, at work."""
    for folder in data.glob(f"{STAGING}*"):
        if now.timestamp() - folder.stat().st_mtime > _AT_WORK_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)


def single(path: Path) -> Path:
    """Make a copied database one file without a log, and look at all of it; raises `BackupBroken`."""
    try:
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as file:
            file.execute("PRAGMA journal_mode=DELETE")
            found = file.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        found = (str(error),)
    if found != ("ok",):
        raise BackupBroken(f"{path.name} is damaged ({found[0]}); bring back the newest back-up that is whole.")
    return path


def run_program(settings: Settings, program: str, *arguments: str) -> None:
    """Run one of Postgres' programs on the database; raises `BackupBroken` with what it says."""
    from oo.kernel.db.postgres.server import without_password

    assert settings.database_url is not None
    address, password = without_password(settings.database_url.get_secret_value())
    environment = os.environ | ({"PGPASSWORD": password} if password else {})
    command = [program, *arguments, f"--dbname={address}"]
    try:
        subprocess.run(command, env=environment, check=True, capture_output=True, text=True)  # noqa: S603
    except FileNotFoundError:
        raise BackupBroken(f"{program} is not here: install PostgreSQL's client of the server's version.") from None
    except subprocess.CalledProcessError as error:
        said = error.stderr.strip().splitlines()[:1] or ["it does not say why"]
        raise BackupBroken(f"{program} failed: {said[0].removeprefix(f'{program}: ')}") from None


def _revision(settings: Settings) -> str | None:
    from oo.kernel.db.postgres.server import reached

    assert settings.database_url is not None
    with reached(settings.database_url.get_secret_value()) as asking:
        return current_of(asking)
