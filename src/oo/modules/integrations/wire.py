"""Asking sources elsewhere: what a status means, how long to wait, and when to leave a server alone for a while."""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from oo.contracts.connectors import Answer, Reconnect, TryLater
from oo.contracts.errors import Refused
from oo.kernel.clock import Clock
from oo.kernel.http.client import Client, Reply
from oo.kernel.http.failures import AddressRefused, HttpFailed, RedirectRefused, ReplyGarbled, ReplyTooLarge

AWAY = "It is not to be reached right now. oO keeps trying."
BUSY = "It asks oO to wait. oO tries again by itself."
STRANGE = "It answered in a way that oO cannot read. oO tries again later."
LARGE = "It sent more than oO takes at once. oO tries again later."
PRIVATE = "Its address is not on the public internet, so oO does not ask it."
POINTS = "It points to an address that is not safe to follow."
AGAIN = "It asks you to sign in again."

AT_ONCE = 32
"""Requests under way at once, over all sources."""
TRIPS = 5
"""Connections to fail in a row, after which their server is left alone; one alone is its own affair."""
REST = timedelta(seconds=30)
LONGEST_REST = timedelta(minutes=15)
LONGEST_WAIT = timedelta(hours=1)
"""What a server may ask to wait at most."""
_STRANGE_AFTER = timedelta(minutes=15)


@dataclass(slots=True)
class _Breaker:
    """How a server did lately."""

    failing: set[str] = field(default_factory=set)
    """Whose requests failed since one went well."""
    tripped: bool = False
    until: float = 0.0
    """By the monotonic clock."""
    rest: timedelta = field(default=REST)


class Wire:
    """Sends requests, one client for each set of hosts that may be private."""

    def __init__(self, clock: Clock, seed: int, private: Collection[str]) -> None:
        self._clock, self._private = clock, frozenset(private)
        self._chance = random.Random(seed)  # noqa: S311 - spreads tries, guards nothing
        self._clients: dict[tuple[frozenset[str], float], Client] = {}
        self._breakers: defaultdict[str, _Breaker] = defaultdict(_Breaker)
        self._room = asyncio.Semaphore(AT_ONCE)

    async def send(
        self, method: str, url: str, hosts: frozenset[str], *, who: str = "", seconds: float = 30.0, **sent: Any
    ) -> Reply:
        """The reply, whatever its status; raises `TryLater` when there is none, or the server rests.

        `hosts` may have private addresses; `who` is the connection that asks.
        """
        host = urlsplit(url).netloc.lower()
        breaker = self._breakers[host]
        if (wait := breaker.until - self._clock.monotonic()) > 0:
            raise TryLater(AWAY, timedelta(seconds=wait) + self._some(REST))
        try:
            async with self._room:
                reply = await self._client(hosts | self._private, seconds).ask(method, url, **sent)
        except AddressRefused:
            raise Refused(PRIVATE) from None
        except RedirectRefused:
            raise TryLater(POINTS, _STRANGE_AFTER) from None
        except ReplyTooLarge:
            raise TryLater(LARGE, _STRANGE_AFTER) from None
        except ReplyGarbled:
            raise TryLater(STRANGE, _STRANGE_AFTER) from None
        except HttpFailed:
            self._failed(breaker, who)
            raise TryLater(AWAY, timedelta(minutes=1)) from None
        if reply.status >= 500:
            self._failed(breaker, who)
        elif breaker.failing or breaker.tripped:
            self._breakers[host] = _Breaker()
        return reply

    async def end(self) -> None:
        """Close all connections."""
        clients, self._clients = list(self._clients.values()), {}
        for client in clients:
            await client.__aexit__(None, None, None)

    def judged(self, reply: Reply, expect: Collection[int] = ()) -> Answer:
        """The reply as an answer; raises what its status means."""
        if 200 <= reply.status < 300 or reply.status in expect:
            return Answer(reply.status, reply.headers, reply.body, reply.url)
        if reply.status in (401, 403):
            raise Reconnect(AGAIN)
        after = _asked_to_wait(reply.headers, self._clock.now())
        if reply.status == 429:
            raise TryLater(BUSY, (after or timedelta(minutes=1)) + self._some(timedelta(seconds=10)))
        if reply.status >= 500:
            raise TryLater(AWAY, (after or timedelta(minutes=1)) + self._some(timedelta(seconds=20)))
        raise TryLater(STRANGE, _STRANGE_AFTER)

    def spread(self, span: timedelta) -> timedelta:
        """The span less up to a fifth of it, so that what began together does not stay together."""
        return span - self._some(span / 5)

    def _some(self, span: timedelta) -> timedelta:
        return span * self._chance.random()

    def _failed(self, breaker: _Breaker, who: str) -> None:
        breaker.failing.add(who)
        # One failure after a rest is enough for the next one, which is longer.
        if breaker.tripped or len(breaker.failing) >= TRIPS:
            breaker.until = self._clock.monotonic() + breaker.rest.total_seconds()
            breaker.tripped, breaker.rest = True, min(breaker.rest * 2, LONGEST_REST)
            breaker.failing.clear()

    def _client(self, hosts: frozenset[str], seconds: float) -> Client:
        known = self._clients.get((hosts, seconds))
        if known is None:
            known = self._clients[(hosts, seconds)] = Client(allowed=hosts, seconds=seconds)
        return known


def _asked_to_wait(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """What `Retry-After` says, in seconds or as a date."""
    said = headers.get("retry-after", "").strip()
    if said.isdigit():
        return min(timedelta(seconds=int(said[:9])), LONGEST_WAIT)
    try:
        at = parsedate_to_datetime(said)
        return min(max(at - now, timedelta(0)), LONGEST_WAIT)
    except (ValueError, TypeError):
        return None


def placed(base: str, address: str) -> str:
    """An address of a source: whole, relative to its base, or the base itself."""
    return urljoin(base, address) if address else base


def sent_of(
    params: Mapping[str, Any] | None,
    form: Mapping[str, Any] | None,
    json: Any,
    content: bytes | None,
    headers: Mapping[str, str] | None,
) -> dict[str, Any]:
    """A request's parts as the client takes them."""
    parts: dict[str, Any] = {"params": params, "data": form, "json": json, "content": content}
    return {**{name: value for name, value in parts.items() if value is not None}, "headers": dict(headers or {})}
