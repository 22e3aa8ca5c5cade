"""A world to break: a folder, a database, people, and the processes of the real program, each killed and restarted."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr
from tests.chaos import audit
from tests.chaos.audit import Ask
from tests.chaos.nats import nats as nats_server
from tests.chaos.people import Person, settle
from tests.chaos.processes import Part, free_port, serves

from oo.kernel.settings import Settings

PROGRAM = Path(__file__).with_name("program.py")


@dataclass
class World:
    """What a bar works in."""

    folder: Path
    people: Sequence[Person]
    ask: Ask
    env: Mapping[str, str]
    url: str | None = None
    parts: dict[str, Part] = field(default_factory=dict)

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.folder / "oo"

    def add(self, part: Part) -> Part:
        """Take a part in, so that it is stopped at the end."""
        self.parts[part.name] = part
        return part

    def oo(self, name: str, *given: str, port: int | None = None, env: Mapping[str, str] | None = None) -> Part:
        """A process of the real program, `oo up` and its like; with a port it is up when it answers there."""
        sign = self.folder / f"{name}.log"
        at = [] if port is None else ["--port", str(port)]
        return self.add(
            Part(
                name,
                [sys.executable, str(PROGRAM), *given, "--data", str(self.data), *at],
                sign,
                ready=(lambda: True) if port is None else (lambda: serves(port)),
                env={**self.env, **(env or {})},
                cwd=self.folder,
            )
        )

    def up(self, *, port: int | None = None, env: Mapping[str, str] | None = None) -> tuple[Part, int]:
        """`oo up`, started, and its port."""
        port = port or free_port()
        part = self.oo("app", "up", port=port, env=env)
        part.start()
        return part, port

    def last_words(self) -> str:
        """The end of every log, for a bar that went wrong."""
        return "\n".join(f"--- {part.name}\n{part.last_words()}" for part in self.parts.values())


@contextlib.contextmanager
def world(
    *, people: int, tips: int, url: str | None = None, nats: bool = False, env: Mapping[str, str] | None = None
) -> Iterator[World]:
    """A world on SQLite, or on the Postgres database at `url`; with `nats` a nats-server is up, the part "nats".

    `env` is given to the processes of the program.
    """
    folder = Path(tempfile.mkdtemp(prefix="oo-chaos-"))
    data = folder / "oo"
    data.mkdir(mode=0o700)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("OO_", "XDG_", "CHAOS_"))}
    given = {**kept, "HOME": str(folder), "OO_FILES": str(folder), **(env or {})}
    if url is not None:
        given["OO_DATABASE_URL"] = url
    settings = Settings(
        data=data, files=(folder,), log_level="error", database_url=None if url is None else SecretStr(url)
    )
    made = World(
        folder,
        settle(settings, people, tips),
        audit.of_sqlite(data / "oo.db") if url is None else audit.of_postgres(url),
        given,
        url,
    )
    try:
        if nats:
            part, address = nats_server(folder)
            made.add(part).start()
            given["OO_NATS_URL"] = address
        yield made
    finally:
        for part in reversed(list(made.parts.values())):
            if part.running():
                part.kill()
        if "CHAOS_KEEP" not in os.environ:  # to look at the logs of a bar that was missed
            shutil.rmtree(folder, ignore_errors=True)
