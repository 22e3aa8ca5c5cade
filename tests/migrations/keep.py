"""Keeps the data of a small house as text, for the tests of every later version."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg

from oo.contracts.accounts import Accounts
from oo.contracts.ids import DecisionId, UserId
from oo.contracts.profiles import Profiles
from oo.contracts.sources import Sources
from oo.contracts.tips import Reaction, Tips
from oo.entry.wiring import house
from oo.kernel.settings import Settings
from oo.testing.postgres import fresh, programs, server

RELEASED = Path(__file__).parent / "released"
WORDS = ("Tune the harpsichord", "Write to Zanzibar")


async def live(data: Path, url: str | None = None) -> UserId:
    """A person with things on their mind, a session, a tip, a reaction and a preference."""
    async with house(Settings(data=data, files=(data,), database_url=url, log_level="error")) as home:
        accounts, sources, tips = home.promises[Accounts], home.promises[Sources], home.promises[Tips]
        user = (await accounts.redeem(token=await accounts.owner_link(), device="a browser")).user
        await sources.write_mind(user=user, things=list(WORDS))
        tip = (await tips.recommend(user=user)).tip
        if tip is not None:
            await tips.seen(user=user, tip=tip.id, surface="web")
            await tips.react(user=user, reaction=Reaction("kept-1", DecisionId(tip.id), "dismiss", scope="item"))
        await tips.recommend(user=user)
        await home.promises[Profiles].change(user=user, values={"language": "de"})
        await home.relay.settled(5)
    return user


def as_text(data: Path, target: Path) -> None:
    """Write a data folder on SQLite as text."""
    target.mkdir(parents=True)
    for name in ("oo", "keys"):
        with contextlib.closing(sqlite3.connect(data / f"{name}.db")) as file:
            (target / f"{name}.sql").write_text("\n".join(file.iterdump()) + "\n", encoding="utf-8")
    (target / "instance.key.hex").write_text((data / "instance.key").read_bytes().hex() + "\n")


def from_text(kept: Path, data: Path) -> None:
    """Make the data folder again."""
    data.mkdir(mode=0o700)
    for name in ("oo", "keys"):
        if (kept / f"{name}.sql").exists():
            with contextlib.closing(sqlite3.connect(data / f"{name}.db")) as file:
                file.executescript((kept / f"{name}.sql").read_text(encoding="utf-8"))
    (data / "instance.key").touch(mode=0o600)
    (data / "instance.key").write_bytes(bytes.fromhex((kept / "instance.key.hex").read_text()))


def dumped(url: str) -> str:
    """A database as statements that any client can run."""
    text = run("pg_dump", "--inserts", "--no-owner", f"--dbname={url}")
    # What begins with a backslash is for psql alone, and the emptied search_path would outlive the load.
    return "\n".join(line for line in text.splitlines() if not line.startswith("\\") and "'search_path'" not in line)


def run(name: str, *given: str) -> str:
    """What one of the server's own programs prints."""
    return subprocess.run([str(programs() / name), *given], capture_output=True, text=True, check=True).stdout


def load(url: str, statements: str) -> None:
    """Run a dump on an empty database."""
    with psycopg.connect(url, autocommit=True) as asking:
        asking.execute(statements.encode())


def main(version: str) -> None:
    """Make both databases of a release, and keep them."""
    target = RELEASED / version
    with tempfile.TemporaryDirectory() as folder, server() as running:
        data = Path(folder) / "oo"
        asyncio.run(live(data))
        as_text(data, target / "sqlite")
        with fresh(running, Path(folder), empty=True) as url:
            other = Path(folder) / "on-postgres"
            asyncio.run(live(other, url))
            (target / "postgres.sql").write_text(dumped(url) + "\n", encoding="utf-8")
            (target / "instance.key.hex").write_text((other / "instance.key").read_bytes().hex() + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
