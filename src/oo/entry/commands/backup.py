"""`oo backup` and `oo restore`: all that oO keeps, as one file, and back."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TextIO

from oo.entry import backups, saving
from oo.entry.archive import BackupBroken
from oo.entry.control import NobodyThere, ask
from oo.entry.restoring import Restored, restore
from oo.kernel.clock import Clock, SystemClock
from oo.kernel.db import DataLock
from oo.kernel.settings import Settings


def run_backup(
    settings: Settings, to: Path | None, secret: Path | None, out: TextIO, clock: Clock | None = None
) -> None:
    """Write a back-up into a folder and print its path; older ones there whose keys are too old go."""
    clock, passphrase = clock or SystemClock(), passphrase_of(settings, secret)
    folder = backups.folder_of(settings) if to is None else to.expanduser().absolute()
    with saving.alone(settings.data), saving.staged(_staged(settings)) as copied:
        path = saving.pack(settings, copied, folder, clock.now(), passphrase)
    backups.end(folder, clock.now())
    out.write(f"{path}\n")
    if passphrase is None:
        key = settings.data / "instance.key"
        out.write(f"It is read with {key}, which is not in it: keep a copy of that somewhere else, once.\n")


def run_restore(
    settings: Settings, source: Path, secret: Path | None, out: TextIO, *, replace: bool, clock: Clock | None = None
) -> None:
    """Bring a back-up back, erase again whoever was erased since, and print what came of it."""
    clock = clock or SystemClock()
    done = restore(settings, source, clock.now(), passphrase_of(settings, secret), replace=replace)
    people = asyncio.run(_begin(settings))
    out.write(_told(done, people))


def passphrase_of(settings: Settings, secret: Path | None) -> bytes | None:
    """The passphrase that a file holds, or the settings; None without one. Raises `BackupBroken` for an empty file."""
    if secret is not None:
        found = secret.expanduser().read_bytes().strip()
        if not found:
            raise BackupBroken(f"{secret} is empty; it has to hold the passphrase.")
        return found
    kept = settings.backup_passphrase
    return kept.get_secret_value().encode() if kept is not None else None


def _staged(settings: Settings) -> Path:
    """The copies of this moment, made by the running oO, or here when none runs."""
    if settings.database_url is not None:
        return saving.stage(settings)  # pg_dump asks the server, whoever else works on it
    try:
        return Path(ask(settings.data, {"do": "stage"}))
    except NobodyThere:
        if not (settings.data / "oo.db").exists():
            raise BackupBroken(f"There is nothing in {settings.data} to back up yet.") from None
        with DataLock(settings.data):
            return saving.stage(settings)


async def _begin(settings: Settings) -> int:
    """Make the start that every restore needs: upgrade what is older, erase whoever has a tombstone; who is left."""
    from oo.entry.wiring import house

    async with house(settings, background=False) as home:
        return len(home.kit.keys.users())


def _told(done: Restored, people: int) -> str:
    def count(number: int) -> str:
        return "1 person" if number == 1 else f"{number} people"

    lines = [f"Brought back what was kept on {done.made_at:%d %B %Y at %H:%M} UTC, of {count(people)}."]
    if done.people > people:
        lines.append(f"Erased again, as they were before: {count(done.people - people)}.")
    elif done.aside is not None:
        lines.append(f"What was here lies in {done.aside}-*, for 30 days.")
    return "\n".join(lines) + "\n"
