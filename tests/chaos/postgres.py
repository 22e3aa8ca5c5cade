"""A Postgres server as shipped, durable, whose postmaster can be killed and comes back on the same data."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
from tests.chaos.outcome import CannotRun
from tests.chaos.processes import Part

from oo.testing.postgres import programs, server

_SYSTEM_USER = "pgserver"


@contextlib.contextmanager
def postgres() -> Iterator[tuple[Part, str]]:
    """A server of its own that is up, as a part that can be killed, and the address of an empty database on it."""
    as_user = _user()
    folder = Path(tempfile.mkdtemp(prefix="oo-chaos-pg-"))
    folder.chmod(0o755)
    data, sockets = folder / "data", folder / "s"
    for made in (data, sockets):
        made.mkdir(mode=0o700)
        if as_user:
            shutil.chown(made, as_user)
    sockets.chmod(0o755)
    initialise = [
        str(programs() / "initdb"),
        "-D",
        str(data),
        "-U",
        "postgres",
        "--auth=trust",
        "--encoding=utf8",
        "--locale=C",
    ]
    subprocess.run(initialise, user=as_user, check=True, capture_output=True, cwd=folder, timeout=60)
    url = f"postgresql:///oo?host={sockets}&user=postgres"
    admin = f"postgresql:///postgres?host={sockets}&user=postgres"
    command = [str(programs() / "postgres"), "-D", str(data), "-k", str(sockets), "-c", "listen_addresses="]
    part = Part(
        "postgres",
        command,
        folder / "log",
        ready=lambda: _accepts(admin),
        env={"PATH": os.environ.get("PATH", "")},
        cwd=data.parent,
        user=as_user,
        before=lambda: _orphans_gone(data),
    )
    try:
        part.start()
        with psycopg.connect(admin, autocommit=True) as asking:
            asking.execute("CREATE DATABASE oo TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'")
        yield part, url
    finally:
        if part.running():
            part.kill()
        _orphans_gone(data)
        shutil.rmtree(folder, ignore_errors=True)


def _user() -> str | None:
    """Postgres refuses root; the package's own server makes a user for it, at its first start."""
    if os.geteuid() != 0:
        return None
    try:
        pwd.getpwnam(_SYSTEM_USER)
    except KeyError:
        with server():
            pass
    try:
        return pwd.getpwnam(_SYSTEM_USER).pw_name
    except KeyError:
        raise CannotRun("Postgres does not run as root, and there is no user for it; run it as somebody else") from None


def _accepts(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _orphans_gone(data: Path) -> None:
    """Wait for the backends of a killed postmaster: they end by themselves, and a new one refuses to start before."""
    until = time.monotonic() + 10
    while time.monotonic() < until and _orphans(data):
        time.sleep(0.02)


def _orphans(data: Path) -> bool:
    """Whether a process has its working folder there, as every backend does."""
    for entry in Path("/proc").glob("[0-9]*/cwd"):
        try:
            if entry.readlink() == data:
                return True
        except OSError:
            continue
    return False
