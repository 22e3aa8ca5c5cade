"""The line to NATS: made anew whenever it is lost, and whoever uses it begins anew with it.

The client's own reconnecting is off: it keeps what was published meanwhile and sends it on the new connection, before
anybody could look whether that server still has what it had.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from typing import TYPE_CHECKING, Any

from oo.kernel.log import get_logger

if TYPE_CHECKING:
    from nats.aio.client import Client

CONNECT_SECONDS = 2.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 2.0
_PING_SECONDS = 5

log = get_logger("nats")

Check = Callable[["Client"], Awaitable[None]]
"""Looks at a server before it is used; raises `NatsUnsafe` for one that must not be."""


class Away(Exception):
    """There is no line to NATS now."""

    def __init__(self) -> None:
        super().__init__("NATS does not answer now")


class Line:
    """One connection at a time to one of the servers; use it as a context, or call `keep` in a task."""

    def __init__(self, url: str, name: str, check: Check) -> None:
        """`url` may name several servers, separated by commas; `name` is how their monitoring calls this process."""
        self._urls = [part.strip() for part in url.split(",") if part.strip()]
        self._name, self._check = name, check
        self._client: Client | None = None
        self._changed = asyncio.Event()
        self._lost = asyncio.Event()
        self._refused: Exception | None = None
        self._keeping: asyncio.Task[None] | None = None

    @property
    def now(self) -> Client:
        """The connection of this moment; raises `Away`."""
        if self._client is None or not self._client.is_connected:
            raise Away
        return self._client

    @property
    def is_up(self) -> bool:
        """Whether there is a connection."""
        return self._client is not None and self._client.is_connected

    @property
    def is_refused(self) -> bool:
        """Whether a server was found that must not be used."""
        return self._refused is not None

    async def connected(self) -> Client:
        """The connection, waited for."""
        while not self.is_up:
            self._changed.clear()
            await self._changed.wait()
        return self.now

    async def during(self, work: Coroutine[Any, Any, None]) -> None:
        """Do work on the connection of this moment; raises `Away` as soon as that one is lost."""
        doing, lost = asyncio.ensure_future(work), asyncio.ensure_future(self._lost.wait())
        try:
            await asyncio.wait({doing, lost}, return_when=asyncio.FIRST_COMPLETED)
            if not doing.done():
                raise Away
            doing.result()
        finally:
            doing.cancel()
            lost.cancel()
            await asyncio.gather(doing, lost, return_exceptions=True)

    async def tried(self, seconds: float) -> None:
        """Wait for the first connection, not for long; raises what the check said of the server.

        Without an answer it goes on: NATS may come later.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not self.is_up and self._refused is None:
                    self._changed.clear()
                    await self._changed.wait()
        if self._refused is not None:
            raise self._refused

    async def __aenter__(self) -> Line:
        """Begin to connect, and return at once."""
        self._keeping = asyncio.create_task(self.keep(), name="oo-nats")
        return self

    async def __aexit__(self, *_of: object) -> None:
        """Close the connection."""
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.gather(self._keeping, return_exceptions=True)

    async def keep(self) -> None:
        """Connect, and again when the connection is lost, until cancelled."""
        pause, told = _FIRST_PAUSE, False
        while True:
            try:
                async with self._connection() as lost:
                    pause, told = _FIRST_PAUSE, False
                    log.info("nats.connected")
                    await lost.wait()
                    log.warning("nats.lost")
            except Exception as error:
                if not told:
                    log.warning("nats.away", error=type(error).__name__)
                    told = True
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    @contextlib.asynccontextmanager
    async def _connection(self) -> AsyncIterator[asyncio.Event]:
        """A connection that was looked at, and the event of its end."""
        from nats.aio.client import Client

        self._lost = lost = asyncio.Event()
        client = Client()

        async def closed() -> None:
            lost.set()

        try:
            async with asyncio.timeout(CONNECT_SECONDS * 2):
                await client.connect(
                    self._urls,
                    name=self._name,
                    allow_reconnect=False,
                    connect_timeout=int(CONNECT_SECONDS),
                    ping_interval=_PING_SECONDS,
                    max_outstanding_pings=2,
                    error_cb=_complaint,
                    closed_cb=closed,
                )
            await self._look(client)
            self._client = client
            self._changed.set()
            yield lost
        finally:
            self._client = None
            lost.set()
            await _closed(client)

    async def _look(self, client: Client) -> None:
        from oo.kernel.nats.guard import NatsUnsafe

        try:
            await self._check(client)
            self._refused = None
        except NatsUnsafe as unsafe:
            self._refused = unsafe
            self._changed.set()
            log.error("nats.refused", error=type(unsafe).__name__)
            raise


async def _closed(client: Client) -> None:
    """Close to the end, also when whoever waits for it is cancelled: half closed, the client leaves its socket open."""
    closing = asyncio.ensure_future(client.close())
    try:
        await asyncio.wait([closing], timeout=CONNECT_SECONDS)
    finally:
        await asyncio.gather(closing, return_exceptions=True)


async def _complaint(error: Exception) -> None:
    """What the client says of its connection and of slow subscriptions; by type, as its words may hold addresses."""
    log.debug("nats.client", error=type(error).__name__)


def is_of_nats(error: BaseException) -> bool:
    """Whether NATS, or the line to it, is the reason; and not the data."""
    return isinstance(error, Away | TimeoutError | OSError) or _module(error).partition(".")[0] == "nats"


def _module(error: Any) -> str:
    return type(error).__module__
