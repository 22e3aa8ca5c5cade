"""Keeping a connection to another server: its row and its access in one unit, and its first read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from oo.contracts.connectors import Batch, Http, Source
from oo.contracts.errors import Invalid, NotFound
from oo.contracts.events import ConnectionChanged
from oo.contracts.ids import ConnectionId, UserId
from oo.kernel.db import Transaction
from oo.kernel.module import Kit
from oo.modules.integrations.catalogue import Catalogue
from oo.modules.integrations.connection import Connection, sealed_row
from oo.modules.integrations.oauth import Tokens
from oo.modules.integrations.owing import Owing
from oo.modules.integrations.remotes import Remotes, checked_address, given
from oo.modules.integrations.repository import connections, grants, tickets
from oo.modules.integrations.sync import Sync
from oo.modules.integrations.vault import Login, said_of

HANDED_OVER = timedelta(minutes=1)
"""Whoever connects a source reads it first; only if that never happens is it anybody else's."""
MOST = 30
"""Connections to other servers that a person may have."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A connection whose access is kept, and what it had when it was tried, if it was."""

    id: ConnectionId
    tried: Batch | None = None


class Keeping:
    """Keeps them."""

    def __init__(self, kit: Kit, catalogue: Catalogue, remotes: Remotes, sync: Sync, owing: Owing) -> None:
        self._kit, self._catalogue, self._remotes, self._sync = kit, catalogue, remotes, sync
        self._owing = owing

    async def account(self, user: UserId, connector: str, tokens: Tokens, account: str) -> Kept:
        """Keep access to an account; the same account again is the same connection with new access.

        What is raised is raised before anything is kept.
        """
        place = self._kit.keys.digest(f"account:{connector}:{user}", account)

        def access(connection: ConnectionId) -> dict[str, Any]:
            return self._remotes.vault.row_of_tokens(user, connection, tokens, self.told(connector, account))

        new = self._new(user, connector, self._name(connector))
        return Kept(await self._keep(new, place, access, said_of(tokens)))

    async def address(self, user: UserId, connector: str, login: Login) -> Kept:
        """Try an address and keep it; raises what is wrong with it, as a sentence for the person."""
        rules = self._remotes.rules(connector)
        login = Login(
            checked_address(rules, login.address, self._kit.settings.private_hosts), login.user.strip(), login.password
        )
        if rules.password == "needed" and not (login.user and login.password):  # noqa: S105 - a word of the manifest
            raise Invalid("It needs a user and a password made for oO.")
        if rules.password == "none":  # noqa: S105
            login = Login(login.address)
        name = f"{self._name(connector)} · {urlsplit(login.address).hostname}"
        new = self._new(user, connector, name)
        self._remotes.lend(new.id, self._remotes.place(connector, login), given(login))
        try:
            tried = await self._sync.try_out(new)
        finally:
            self._remotes.take_back(new.id)
        named = f"{login.user}\0{login.address}"
        place = self._kit.keys.digest(f"address:{connector}:{user}", named)

        def access(connection: ConnectionId) -> dict[str, Any]:
            return self._remotes.vault.row_of_login(user, connection, login, self.told(connector, named))

        kept = await self._keep(new, place, access, asdict(login))
        # Its items have the name of the connection that was tried: they are no other one's.
        return Kept(kept, tried if kept == new.id else None)

    async def first(self, kept: Kept) -> ConnectionId:
        """Read what was kept for the first time; whoever connects it does not wait for long."""
        await self._sync.first(kept.id, kept.tried)
        return kept.id

    def told(self, connector: str, account: str) -> str:
        """By what an account is known in its access: a keyed hash, nothing for no account."""
        return self._kit.keys.digest(f"hook:{connector}", account) if account else ""

    def source(self, connection: ConnectionId, http: Http, config: Mapping[str, str] | None = None) -> Source:
        """A source that is not kept yet."""
        return Source(connection, self._kit.clock.now(), "UTC", config or {}, None, http)

    async def _keep(self, new: Connection, place: str, access: Any, said: Mapping[str, Any]) -> ConnectionId:
        user, connector = new.user, new.connector
        row = sealed_row(new, place, self._kit.keys.cipher(user))
        told = self._kit.outbox.envelope(user, ConnectionChanged(new.id, connector, "first"))

        def place_of(tx: Transaction) -> str | None:
            """The connection that there is, or the new one; None when there are too many."""
            found = connections.at_place(tx, user, connector, place)
            if found is None:
                remote = self._catalogue.remote()
                if sum(one.connector in remote for one in connections.of_person(tx, user)) >= MOST:
                    return None
                connections.add(tx, row)
                self._kit.outbox.publish(tx, told)
                found = connections.at_place(tx, user, connector, place)
            return None if found is None else str(found.id)

        kept = await self._kit.db.write(place_of)
        if kept is None:
            raise Invalid(f"{MOST} are kept at most. Disconnect one first.")
        sealed = access(ConnectionId(kept))
        while not await self._opened(new, kept, sealed, said):
            pass
        return ConnectionId(kept)

    async def _opened(self, new: Connection, kept: str, sealed: Mapping[str, Any], said: Mapping[str, Any]) -> bool:
        """Keep the access, and owe the one that was there; False when that one was renewed meanwhile."""
        before = await self._kit.db.read(lambda tx: grants.one(tx, kept))
        number = 0 if before is None else before.number
        owed = None
        if before is not None:
            owed = await self._owing.of_replaced(new.user, new.connector, before, said)

        def unit(tx: Transaction) -> bool:
            if grants.number(tx, kept) != number:
                return False
            if not grants.save(tx, {**sealed, "number": number + 1}):
                raise NotFound  # disconnected meanwhile
            if owed is not None:
                tickets.owe(tx, owed)
            later = self._kit.clock.now() + HANDED_OVER  # its first read is left to whoever connects it
            connections.change(tx, kept, {"state": "first", "next_at": later, "failures": 0, "problem": None})
            return True

        return await self._owing.kept(unit, owed)

    def _new(self, user: UserId, connector: str, name: str) -> Connection:
        manifest, now = self._catalogue.manifest(connector), self._kit.clock.now()
        history = "" if manifest is not None and manifest.history_days else None
        fresh = ConnectionId(self._kit.ids.new())
        later = now + HANDED_OVER
        return Connection(
            fresh, user, connector, name, None, False, "first", None, None, later, 0, None, (), now, 0, history
        )

    def _name(self, connector: str) -> str:
        manifest = self._catalogue.manifest(connector)
        return connector if manifest is None else manifest.name
