"""The vault: tokens and passwords sealed with their person's key and bound to their row, renewed by one at a time.

A renewal is claimed in the row (`renewing_until`), so that of all processes one asks. The new pair is written before it
is used. A claim ends by itself well within the 60 seconds in which a provider that rotates tokens shows the same
answer again, so what a killed process had asked for is asked for once more in time.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Row

from oo.contracts.connectors import Reconnect, TryLater
from oo.contracts.ids import ConnectionId, UserId
from oo.kernel.keys import Cipher
from oo.kernel.module import Kit
from oo.modules.integrations import oauth
from oo.modules.integrations.oauth import Tokens
from oo.modules.integrations.providers import Provider
from oo.modules.integrations.repository import grants
from oo.modules.integrations.wire import AGAIN, AWAY, Wire

MARGIN = timedelta(seconds=60)
"""A token that ends sooner than this is renewed before it is used."""
CLAIMED = timedelta(seconds=45)
"""How long a claim lasts: longer than all tries of one renewal, shorter than the 60 seconds of grace."""
TRIES = (0.0, 0.5, 2.0)
"""Seconds before each try of one renewal: an answer that got lost is asked for again at once."""
_WAITING = (0.02, 0.05, 0.1, 0.25, 0.5)


@dataclass(frozen=True, slots=True)
class Token:
    """What to show to the provider, and which one it is."""

    access: str
    number: int


@dataclass(frozen=True, slots=True)
class Login:
    """What a person gave for a source of an address of its own."""

    address: str
    user: str = ""
    password: str = ""


class Vault:
    """Keeps access."""

    def __init__(self, kit: Kit, wire: Wire) -> None:
        self._kit, self._wire = kit, wire
        self.tries: Sequence[float] = TRIES

    def row_of_tokens(self, user: UserId, connection: ConnectionId, tokens: Tokens, account: str) -> dict[str, Any]:
        """The row of new tokens."""
        return {
            **self._row(user, connection, said_of(tokens)),
            "expires_at": tokens.expires_at,
            "account": account or None,
        }

    def row_of_login(self, user: UserId, connection: ConnectionId, login: Login, account: str) -> dict[str, Any]:
        """The row of an address, with its user and password."""
        return {**self._row(user, connection, asdict(login)), "expires_at": None, "account": account or None}

    async def login(self, user: UserId, connection: ConnectionId) -> Login:
        """The address of a connection; raises `Reconnect` when there is none."""
        row = await self._kit.db.read(lambda tx: grants.one(tx, connection))
        if row is None:
            raise Reconnect(AGAIN)
        return Login(**opened(row, self._kit.keys.cipher(user)))

    async def token(
        self, user: UserId, connection: ConnectionId, provider: Provider, refused: int | None = None
    ) -> Token:
        """A token that is good by what is known, renewed if it has to be; `refused` is one that the provider refused.

        Raises `Reconnect` when there is none and no way to a new one, `TryLater` when the provider is away.
        """
        for pause in (*_WAITING, *(0.5,) * 90):
            row = await self._kit.db.read(lambda tx: grants.one(tx, connection))
            if row is None:
                raise Reconnect(AGAIN)
            now, said = self._kit.clock.now(), opened(row, self._kit.keys.cipher(user))
            good = row.expires_at is None or row.expires_at > now + MARGIN
            if good and row.number != refused and said.get("access"):
                return Token(said["access"], row.number)
            if not said.get("refresh"):
                raise Reconnect(AGAIN)
            number, until = row.number, now + CLAIMED
            if await self._kit.db.write(lambda tx: grants.claim(tx, connection, number, now, until)):  # noqa: B023
                # Shielded: a renewal that began is written down, whoever stopped waiting for it.
                return await asyncio.shield(
                    asyncio.create_task(self._renew(user, connection, provider, number, said["refresh"]))
                )
            await asyncio.sleep(pause)
        raise TryLater(AWAY)

    async def _renew(
        self, user: UserId, connection: ConnectionId, provider: Provider, number: int, refresh: str
    ) -> Token:
        try:
            tokens = await self._asked(provider, refresh)
        except Reconnect:
            # Nothing is left to try with: whoever comes next is told so without asking anybody.
            nothing: dict[str, Any] = {"access": "", "refresh": None}
            values: dict[str, Any] = {"secret": self._sealed(user, connection, nothing), "expires_at": None}
            await self._kit.db.write(lambda tx: grants.renew(tx, connection, number, values))
            raise
        except BaseException:
            await self._kit.db.write(lambda tx: grants.release(tx, connection, number))
            raise
        # Within the minute of grace a provider gives the same answer again, without the token that replaced this one.
        said = {"access": tokens.access, "refresh": tokens.refresh or refresh}
        values = {"secret": self._sealed(user, connection, said), "expires_at": tokens.expires_at}
        if not await self._kit.db.write(lambda tx: grants.renew(tx, connection, number, values)):
            raise Reconnect(AGAIN)  # connected anew, or disconnected, meanwhile
        return Token(tokens.access, number + 1)

    async def _asked(self, provider: Provider, refresh: str) -> Tokens:
        failed = TryLater(AWAY)
        for pause in self.tries:
            await asyncio.sleep(pause)
            try:
                return await oauth.refresh(self._wire, provider, refresh, self._kit.clock.now())
            except TryLater as error:
                failed = error
        raise failed

    def _row(self, user: UserId, connection: ConnectionId, said: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "connection_id": connection,
            "user_id": user,
            "secret": self._sealed(user, connection, said),
            "number": 1,
            "renewing_until": None,
            "watch": None,
            "watch_until": None,
        }

    def _sealed(self, user: UserId, connection: ConnectionId, said: Mapping[str, Any]) -> bytes:
        return self._kit.keys.cipher(user).seal(bound_to(connection), json.dumps(said))


def said_of(tokens: Tokens) -> dict[str, Any]:
    """What is kept of tokens."""
    return {"access": tokens.access, "refresh": tokens.refresh}


def bound_to(connection: str) -> str:
    """What a secret is bound to beside its person: its column and its row, so that rows can't be swapped."""
    return f"grants.secret:{connection}"


def opened(row: Row[Any], cipher: Cipher) -> dict[str, Any]:
    """The secret of a row; raises `KeyGone` for one that was put there from another row."""
    said: dict[str, Any] = json.loads(cipher.open(bound_to(row.connection_id), row.secret))
    return said
