"""`oo doctor`: what is wrong here, each with its mend; 1 when anything is."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TextIO

from oo.kernel.clock import Clock, SystemClock
from oo.kernel.settings import Settings
from oo.kernel.variables import unknown

_FREE_BYTES = 200 * 1024 * 1024
_BEFORE = datetime.fromisoformat("2026-11-21T00:00:00+00:00")
_RESET_BUG = ((3, 7, 0), (3, 51, 2))


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at; `mend` says what to do when it is not well."""

    what: str
    mend: str | None = None


def run(settings: Settings, out: TextIO, clock: Clock | None = None) -> int:
    """Print every finding, those that are well as well; 0 when all are."""
    ill = 0
    for finding in findings(settings, clock or SystemClock()):
        ill += finding.mend is not None
        out.write(f"well  {finding.what}\n" if finding.mend is None else f"ILL   {finding.what}: {finding.mend}\n")
    out.write("All is well.\n" if not ill else f"{ill} to mend.\n")
    return int(bool(ill))


def findings(settings: Settings, clock: Clock) -> Iterator[Finding]:
    """Everything that is looked at, in the order in which one thing rests on another."""
    yield _python()
    yield from _names()
    yield _time(clock)
    yield _zones()
    yield _words()
    yield from _folders(settings)
    yield from _data(settings)
    yield from _clients(settings)
    if settings.google_client_id or settings.oidc_issuer or settings.oidc_client_id or settings.admin_seed_email:
        from oo.entry.commands.doctor_sign_in import findings as on_sign_in

        yield from on_sign_in(settings, clock)
    if settings.nats_url is not None:
        from oo.entry.commands.doctor_nats import findings as on_nats

        yield from on_nats(settings)
    if settings.llm_url is not None:
        from oo.entry.commands.doctor_models import findings as on_models

        yield from on_models(settings)


def _providers() -> dict[str, bool]:
    """The providers that the installed connectors speak to, and whether a client there has a secret."""
    from oo.contracts.manifests import ConnectorManifest
    from oo.kernel.plugins import discover

    found = discover("connectors", ConnectorManifest.model_validate).plugins.values()
    rules = [plugin.manifest.oauth for plugin in found if plugin.manifest.oauth is not None]
    return {one.provider: one.token_auth != "none" for one in rules}  # noqa: S105 - a word of the manifest


def _clients(settings: Settings) -> Iterator[Finding]:
    """Clients with half their settings: Connect does not offer what they are for."""
    for provider, secret in sorted(_providers().items()):
        needed = [f"{provider}_client_id", *([f"{provider}_client_secret"] if secret else [])]
        lacking = [f"OO_{name.upper()}" for name in needed if name not in settings.providers]
        if 0 < len(lacking) < len(needed):
            yield Finding(f"connecting {provider}", f"its client has half its settings; set {lacking[0]} too")


def _python() -> Finding:
    name = f"Python {sys.version.split()[0]}"
    return Finding(name, None if sys.version_info >= (3, 11) else "oO needs 3.11 or newer")


def _names() -> Iterator[Finding]:
    for name in unknown(os.environ, Settings, _providers()):
        yield Finding(f"the variable {name}", "no setting has this name; docs/reference/settings.md has them all")


def _time(clock: Clock) -> Finding:
    now = clock.now()
    late = now < _BEFORE
    return Finding(
        f"the clock says {now:%Y-%m-%d %H:%M} UTC", "it is behind; set it, or let it set itself" if late else None
    )


def _zones() -> Finding:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        ZoneInfo("Europe/Berlin")
    except ZoneInfoNotFoundError:
        return Finding("time zones", "there is no zone data; run: make install")
    return Finding("time zones")


def _words() -> Finding:
    from oo.contracts import words

    lacking = [
        code
        for code in words.LANGUAGES
        if code != "en" and not (Path(words.__file__).parent / code / "LC_MESSAGES" / "oo.mo").exists()
    ]
    return Finding("catalogues", f"{', '.join(lacking)} is not there; run: make install" if lacking else None)


def _folders(settings: Settings) -> Iterator[Finding]:
    for folder in settings.files:
        usable = folder.is_dir() and os.access(folder, os.R_OK | os.X_OK)
        yield Finding(
            f"files from {folder}", None if usable else "it is no folder you can read; change OO_FILES or its rights"
        )


def _data(settings: Settings) -> Iterator[Finding]:
    data = settings.data
    if not data.exists():
        yield Finding(f"{data} is not there yet; the first `oo up` makes it")
        return
    if not (data.is_dir() and os.access(data, os.R_OK | os.W_OK | os.X_OK)):
        yield Finding(f"{data}", "it is no folder you can write; change OO_DATA or its rights")
        return
    for path in (data, data / "instance.key", data / "keys.db", data / "oo.db"):
        if path.exists():
            yield _private(path)
    free = shutil.disk_usage(data).free
    yield Finding(
        f"{free // 1024**2} MB free", None if free > _FREE_BYTES else "make room; below 200 MB writing may fail"
    )
    yield from _process(settings)


def _private(path: Path) -> Finding:
    open_to_others = stat.S_IMODE(path.stat().st_mode) & 0o077
    mode = "700" if path.is_dir() else "600"
    return Finding(f"{path} is private", f"others can open it; run: chmod {mode} {path}" if open_to_others else None)


def _process(settings: Settings) -> Iterator[Finding]:
    """Who owns the folder now; the file is looked into only when nobody does, as it has one owner at a time."""
    from oo.entry.control import Declined, NobodyThere, ask
    from oo.kernel.db import DataInUse, DataLock

    data, url = settings.data, settings.database_url
    try:
        state = ask(data, {"do": "health"})
    except NobodyThere:
        pass
    except (Declined, OSError) as error:
        yield Finding("the running oO", f"it does not answer as it should; restart it ({error})")
        return
    else:
        for name, well in state.items():
            yield Finding(f"running: {name}", None if well else "the log of the running oO says why")
        if url is not None:
            yield from _postgres(url.get_secret_value(), data)
        return
    try:
        with DataLock(data):
            yield Finding("no oO runs")
            yield from _database(data / "oo.db") if url is None else _postgres(url.get_secret_value(), data)
    except DataInUse:
        yield Finding(
            "another process holds oo.lock, but oo.sock is not there", "stop that process, and start oO again"
        )


def _postgres(url: str, data: Path) -> Iterator[Finding]:
    from oo.entry.commands.doctor_postgres import findings as on_postgres

    yield from on_postgres(url, data)


def _database(path: Path) -> Iterator[Finding]:
    version = sqlite3.sqlite_version_info
    note = ", with the WAL-reset bug, harmless as one process owns the file" if _within(version) else ""
    yield Finding(f"SQLite {sqlite3.sqlite_version}{note}")
    if not path.exists():
        return
    damaged = "SQLite cannot read it; bring a back-up back (docs/how-to/back-up.md)"
    try:
        whole = _pragma(path, "quick_check") == "ok"
        yield Finding("the file is whole", None if whole else damaged)
        mode = _pragma(path, "journal_mode")
        yield Finding("the log is write-ahead", None if mode == "wal" else f"it is {mode}; `oo up` sets it right")
    except sqlite3.DatabaseError:
        yield Finding("the file is whole", damaged)
        return
    from oo.entry.migrate import current, head

    newest = current(path) == head()
    yield Finding("the schema is the newest", None if newest else "it is older; `oo up` brings it up to date")


def _pragma(path: Path, name: str) -> object:
    """What SQLite says of a file that is opened for reading only."""
    raw = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    try:
        return raw.execute(f"PRAGMA {name}").fetchone()[0]
    finally:
        raw.close()


def _within(version: tuple[int, ...]) -> bool:
    return _RESET_BUG[0] <= version <= _RESET_BUG[1]
