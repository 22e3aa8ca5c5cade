"""Workers of the real program over a crowd, on Postgres: started, watched through the database, killed."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from pydantic import SecretStr
from tests.chaos import crowd
from tests.chaos.nats import nats as nats_server
from tests.chaos.postgres import postgres
from tests.chaos.processes import Part

from oo.entry.wiring import house
from oo.kernel.settings import Settings
from oo.testing.databases import make

PROGRAM = Path(__file__).with_name("crowd_program.py")


@dataclass
class Crew:
    """Workers, and a look at what they did."""

    folder: Path
    env: dict[str, str]
    asking: psycopg.Connection[Any]
    workers: dict[str, Part]

    def worker(self, name: str, env: Mapping[str, str] | None = None) -> Part:
        """Start `oo worker`."""
        log = self.folder / f"{name}.log"
        command = [sys.executable, str(PROGRAM), "worker", "--data", str(self.folder / "oo")]
        part = Part(
            name,
            command,
            log,
            ready=lambda: log.exists() and b"oO works here" in log.read_bytes(),
            env={**self.env, **(env or {})},
            cwd=self.folder,
        )
        self.workers[name] = part
        part.start(wait=False)
        return part

    def rows(self, query: LiteralString, *given: Any) -> list[tuple[Any, ...]]:
        """What the database says."""
        return self.asking.execute(query, given).fetchall()

    def one(self, query: LiteralString, *given: Any) -> Any:
        """The one value of a query, None when there is none."""
        found = self.rows(query, *given)
        return found[0][0] if found else None

    def until(self, query: LiteralString, wanted: Any, seconds: float, *given: Any) -> bool:
        """Wait until a query's value is at least this; False when it was not in time."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if (found := self.one(query, *given)) is not None and found >= wanted:
                return True
            time.sleep(0.02)
        return False

    def last_words(self) -> str:
        """The end of every log."""
        return "\n".join(f"--- {part.name}\n{part.last_words()}" for part in self.workers.values())


@contextlib.contextmanager
def crew(*, nats: bool, env: Mapping[str, str]) -> Iterator[Crew]:
    """A fresh database with the crowd's tables, a nats-server if wanted, and no worker yet."""
    with postgres() as (_, url), contextlib.ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="oo-chaos-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("OO_", "XDG_", "CHAOS_"))}
        given = {**kept, "HOME": str(folder), "OO_FILES": str(folder), "OO_DATABASE_URL": url, **env}
        asyncio.run(_settle(Settings(data=folder / "oo", database_url=SecretStr(url), log_level="error")))
        if nats:
            server, address = nats_server(folder)
            server.start()
            stack.callback(server.kill)
            given["OO_NATS_URL"] = address
        asking = stack.enter_context(psycopg.connect(url, autocommit=True))
        made = Crew(folder, given, asking, {})
        try:
            yield made
        finally:
            for part in made.workers.values():
                if part.running():
                    part.kill()


async def _settle(settings: Settings) -> None:
    async with house(settings, background=False) as home:
        await home.kit.db.write(lambda tx: make(tx, crowd.metadata))
