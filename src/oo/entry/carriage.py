"""How events get to the rooms: in this process, or over NATS when one is named; and who hands them on."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from oo.kernel.clock import Clock
from oo.kernel.consuming import Consumer
from oo.kernel.db import Database
from oo.kernel.log import get_logger
from oo.kernel.module import Health
from oo.kernel.opening import Opener
from oo.kernel.relay import InProcess, Relay
from oo.kernel.settings import Settings

if TYPE_CHECKING:
    from oo.kernel.nats.connection import Line

_FIRST_LOOK_SECONDS = 3.0

log = get_logger("carriage")


@dataclass(frozen=True, slots=True)
class Carriage:
    """The relay, and what follows events; nothing of it runs until it is asked for."""

    relay: Relay
    consumers: Sequence[Consumer]
    _settings: Settings
    _db: Database
    _opener: Opener
    _clock: Clock
    _line: Line | None

    @contextlib.asynccontextmanager
    async def running(self, *, relay: bool = True, consumers: bool = True) -> AsyncIterator[None]:
        """Hand on events, have the rooms follow them, or both, until the end.

        Without NATS the rooms follow where the relay runs. Raises `NatsUnsafe` for a server that must not be used.
        """
        async with contextlib.AsyncExitStack() as stack:
            works: list[Coroutine[Any, Any, None]] = []
            if self._line is not None and (relay or consumers):
                await stack.enter_async_context(self._line)
                await self._line.tried(_FIRST_LOOK_SECONDS)
            if relay:
                works.append(self._relaying())
            if consumers and self._line is not None:
                from oo.kernel.nats import pulling

                works.append(pulling.run(self._line, self._db, self._opener, self._clock, self.consumers))
            tasks = [asyncio.create_task(work, name=f"oo-carriage-{number}") for number, work in enumerate(works)]
            for task in tasks:
                task.add_done_callback(_ended)
            try:
                yield
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    def health(self) -> Health | None:
        """How the line to NATS is, None without NATS; well while NATS is away, as everything is accepted meanwhile."""
        return None if self._line is None else Health(not self._line.is_refused, {"connected": int(self._line.is_up)})

    async def _relaying(self) -> None:
        """Run the relay; on Postgres when it is this process's turn."""
        url = self._settings.database_url
        if url is None:
            await self.relay.run()
            return
        from oo.kernel.db.postgres.turn import Turn

        await Turn(url.get_secret_value()).run(self.relay.run)


def carriage(
    settings: Settings, db: Database, opener: Opener, clock: Clock, consumers: Sequence[Consumer], part: str = "up"
) -> Carriage:
    """The way that the settings name; `part` is how NATS calls this process."""
    if settings.nats_url is None:
        return Carriage(
            Relay(db, InProcess(db, opener, clock, consumers)), consumers, settings, db, opener, clock, None
        )
    # Imported here: whoever has no NATS never loads a client of it.
    from oo.kernel.nats.connection import Line
    from oo.kernel.nats.guard import Guard
    from oo.kernel.nats.publishing import JetStream

    guard = Guard(monitor=settings.nats_monitor, replicas=settings.nats_replicas)
    line = Line(settings.nats_url.get_secret_value(), f"oo-{part}", guard)
    relay = Relay(db, JetStream(db, line, settings.nats_replicas))
    return Carriage(relay, consumers, settings, db, opener, clock, line)


def _ended(task: asyncio.Task[None]) -> None:
    """Tell of work that ended by itself, which it never should."""
    failure = None if task.cancelled() else task.exception()
    if failure is not None:
        log.error("carriage.ended", failure=failure)
