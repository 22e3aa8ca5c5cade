"""Integrations: connects sources, keeps what is known of them, writes back and forgets."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from functools import lru_cache
from typing import Any, Literal, cast

from sqlalchemy import Row

from oo.contracts.accounts import Accounts
from oo.contracts.disk import Disk
from oo.contracts.errors import NotFound
from oo.contracts.ids import ConnectionId, Ref, SessionId, UserId
from oo.contracts.items import Facts, facts_from_text
from oo.contracts.profiles import Profiles
from oo.contracts.sources import (
    ConnectionView,
    ConnectorView,
    FolderView,
    Inventory,
    KeptFile,
    Receipt,
    Stocked,
    Wording,
)
from oo.kernel.db import Transaction
from oo.kernel.module import Kit
from oo.modules.integrations.adding import Adding
from oo.modules.integrations.catalogue import Catalogue
from oo.modules.integrations.connecting import Connecting
from oo.modules.integrations.connection import EVERY, Connection, Opener
from oo.modules.integrations.delegating import Delegations
from oo.modules.integrations.ending import Ending
from oo.modules.integrations.failing import NOT_INSTALLED, Faults
from oo.modules.integrations.hooks import Hooks
from oo.modules.integrations.keeping import Keeping
from oo.modules.integrations.mind import Mind
from oo.modules.integrations.remotes import Remotes
from oo.modules.integrations.repository import connections, items, tickets, writebacks
from oo.modules.integrations.repository.inventory import stock, stocks
from oo.modules.integrations.revoking import Revoking
from oo.modules.integrations.stocking import inventory_of, stocked
from oo.modules.integrations.storing import COMPLETIONS_KEPT
from oo.modules.integrations.sync import FRESH, PATIENCE, Sync
from oo.modules.integrations.uploads import Uploads
from oo.modules.integrations.vault import Login
from oo.modules.integrations.words import Words
from oo.modules.integrations.writing import TOLD, Writing

WRITEBACKS_KEPT = timedelta(days=30)
LATE = 3 * EVERY
"""A connection that was not read for this long is slow, whatever the reason."""


REMEMBERED = 16_384
"""Tasks whose facts are remembered as they were read, about a kilobyte each."""


class Integrations:
    """Keeps the promise `Sources`."""

    def __init__(self, kit: Kit, catalogue: Catalogue, accounts: Accounts, profiles: Profiles, disk: Disk) -> None:
        self._kit, self._catalogue = kit, catalogue
        # A task is read again far more often than it changes; what is remembered are facts, without a word.
        self._facts = lru_cache(REMEMBERED)(facts_from_text)
        self._remotes = Remotes(kit, catalogue)
        self._hooks = Hooks(kit, catalogue, self._remotes)
        self._opener = Opener(kit, catalogue, profiles, disk, self._remotes)
        self._sync = Sync(kit, catalogue, self._opener, self._remotes, self._hooks)
        self._words = Words(kit, catalogue, self._opener, self._sync)
        self._writing = Writing(kit, catalogue, self._opener, self._sync)
        self._mind = Mind(kit, catalogue, self._sync)
        self._uploads = Uploads(kit, catalogue, self._opener, self._sync)
        self._adding = Adding(kit, catalogue, self._opener, self._sync, accounts, disk)
        self._revoking = Revoking(kit, catalogue, self._remotes)
        self._ending = Ending(kit, self._sync, self._revoking.owing)
        self._keeping = Keeping(kit, catalogue, self._remotes, self._sync, self._revoking.owing)
        self._connecting = Connecting(kit, catalogue, self._remotes, self._keeping, self._revoking)
        self._delegating = Delegations(kit, catalogue, self._remotes, self._keeping, self._connecting, self._revoking)

    async def inventory(self, *, user: UserId) -> Inventory:
        """See `Sources.inventory`."""
        since = self._kit.clock.now() - timedelta(days=1)
        return inventory_of(await self._kit.db.read(lambda tx: stock(tx, user, since)), self._facts)

    async def stocks(self, *, users: Collection[UserId]) -> Mapping[UserId, Stocked]:
        """See `Sources.stocks`."""
        since = self._kit.clock.now() - timedelta(days=1)
        found = await self._kit.db.read(lambda tx: stocks(tx, users, since), aside=True)
        return {user: stocked(found[user]) if user in found else Stocked() for user in users}

    async def glance(self, *, user: UserId, ref: Ref | None = None) -> bool:
        """See `Sources.glance`."""
        await self._sync.refresh(user)
        if ref is None and self._kit.clock.monotonic() - self._sync.looked < FRESH:
            return False
        return await self._sync.glance(user, None if ref is None else ref.partition(":")[0])

    async def item(self, *, user: UserId, ref: Ref) -> Facts | None:
        """See `Sources.item`."""
        text = await self._kit.db.read(lambda tx: items.facts(tx, user, ref))
        return None if text is None else self._facts(text)

    async def wordings(self, *, user: UserId, refs: Sequence[Ref]) -> dict[Ref, Wording]:
        """See `Sources.wordings`."""
        return await self._words.wordings(user, refs)

    async def connections(self, *, user: UserId) -> list[ConnectionView]:
        """See `Sources.connections`."""
        since = self._kit.clock.now() - TOLD

        def unit(tx: Transaction) -> tuple[list[Row[Any]], dict[str, int], Sequence[Row[Any]]]:
            return (
                connections.of_person(tx, user),
                connections.open_counts(tx, user),
                writebacks.troubled(tx, user, since),
            )

        rows, counts, troubled = await self._kit.db.read(unit)
        trouble = {row.connection_id: row for row in troubled}
        return [self._view(self._opener.open(row), counts.get(row.id, 0), trouble.get(row.id)) for row in rows]

    async def connection(self, *, user: UserId, connection: ConnectionId) -> ConnectionView:
        """See `Sources.connection`."""
        for view in await self.connections(user=user):
            if view.id == connection:
                return view
        raise NotFound

    async def connectors(self) -> list[ConnectorView]:
        """See `Sources.connectors`."""
        return self._catalogue.views()

    async def folder(self, *, user: UserId, path: str | None) -> FolderView:
        """See `Sources.folder`."""
        return await self._adding.folder(user, path)

    async def add_files(self, *, user: UserId, path: str, trusted: bool = False) -> ConnectionView:
        """See `Sources.add_files`."""
        added = await self._adding.add(user, path, trusted=trusted)
        return await self.connection(user=user, connection=added)

    async def upload(self, *, user: UserId, name: str, data: bytes) -> ConnectionView:
        """See `Sources.upload`."""
        taken = await self._uploads.take(user, name, data)
        return await self.connection(user=user, connection=taken)

    async def kept(self, *, user: UserId, connection: ConnectionId) -> KeptFile:
        """See `Sources.kept`."""
        return await self._uploads.give(user, connection)

    async def begin_account(self, *, user: UserId, session: SessionId, connector: str, origin: str) -> str:
        """See `Sources.begin_account`."""
        return await self._connecting.begin(user, session, connector, origin)

    async def finish_account(
        self, *, user: UserId, session: SessionId, connector: str, answer: Mapping[str, str]
    ) -> ConnectionView:
        """See `Sources.finish_account`."""
        kept = await self._connecting.finish(user, session, connector, answer)
        return await self.connection(user=user, connection=kept)

    async def add_address(
        self, *, user: UserId, connector: str, address: str, name: str = "", password: str = ""
    ) -> ConnectionView:
        """See `Sources.add_address`."""
        kept = await self._keeping.first(await self._keeping.address(user, connector, Login(address, name, password)))
        return await self.connection(user=user, connection=kept)

    async def delegate(self, *, user: UserId, session: SessionId, connector: str, address: str) -> str | None:
        """See `Sources.delegate`."""
        return await self._delegating.begin(user, session, connector, address)

    async def delegated(self, *, user: UserId, session: SessionId, connector: str) -> ConnectionView | None:
        """See `Sources.delegated`."""
        kept = await self._delegating.finish(user, session, connector)
        return None if kept is None else await self.connection(user=user, connection=kept)

    async def hook(self, *, connector: str, headers: Mapping[str, str], body: bytes) -> None:
        """See `Sources.hook`."""
        await self._hooks.take(connector, headers, body)

    async def mind(self, *, user: UserId) -> list[str]:
        """See `Sources.mind`."""
        return await self._mind.things(user)

    async def write_mind(self, *, user: UserId, things: Sequence[str]) -> None:
        """See `Sources.write_mind`."""
        await self._mind.write(user, things)

    async def read_now(self, *, user: UserId, connection: ConnectionId) -> ConnectionView:
        """See `Sources.read_now`."""
        await self.connection(user=user, connection=connection)
        await self._sync.pull(connection)
        return await self.connection(user=user, connection=connection)

    async def disconnect(self, *, user: UserId, connection: ConnectionId) -> Receipt:
        """See `Sources.disconnect`."""
        view = await self.connection(user=user, connection=connection)
        records, owed = await self._ending.end(user, connection, view.connector)
        await self._kit.db.checkpoint()
        if owed is None:
            return Receipt(view.name, self._kit.clock.now(), records)
        confirmed = await self._revoking.settle(owed)
        return Receipt(view.name, self._kit.clock.now(), records, "confirmed" if confirmed else "later")

    async def give_back(self) -> None:
        """Give access back that a provider has not confirmed yet."""
        await self._revoking.run()

    async def look(self, patience: float = PATIENCE) -> None:
        """Read what changed or is due; who takes longer than `patience` seconds is not waited for."""
        await self._sync.look(patience)

    async def write_back(self) -> None:
        """Write what is due."""
        await self._writing.run()

    async def forget_words(self) -> None:
        """Delete words whose day is over."""
        await self._words.forget()

    async def prune(self) -> None:
        """End what was begun to be forgotten, and delete what is older than its retention."""
        for connection, _ in await self._kit.db.read(connections.ended):
            if not self._sync.turn(connection).locked():
                await self._ending.forget(connection)
        now = self._kit.clock.now()
        await self._kit.db.write(lambda tx: tickets.expire(tx, now))
        while await self._kit.db.write(lambda tx: items.forget_completions(tx, now - COMPLETIONS_KEPT)):
            pass
        while await self._kit.db.write(lambda tx: writebacks.forget(tx, now - WRITEBACKS_KEPT)):
            pass

    async def end(self) -> None:
        """End what is being read, and the connections to other servers."""
        await self._revoking.end()
        await self._sync.end()
        await self._remotes.wire.end()

    @property
    def faults(self) -> Faults:
        """Errors of connectors that are bugs."""
        return self._sync.faults

    def _view(self, connection: Connection, open_items: int, trouble: Row[Any] | None) -> ConnectionView:
        manifest = self._catalogue.manifest(connection.connector)
        problem = connection.problem
        if problem is None and trouble is not None and trouble.problem is not None:
            problem = self._kit.keys.cipher(connection.user).open("writebacks.problem", trouble.problem)
        state = connection.state
        if state == "works" and self._kit.clock.now() - (connection.read_at or connection.created_at) > LATE:
            state = "slow"
        return ConnectionView(
            id=connection.id,
            connector=connection.connector,
            name=connection.name,
            detail=connection.path or "",
            state=cast("Literal['first', 'works', 'slow', 'reconnect', 'paused']", state),
            open=open_items,
            read_at=connection.read_at,
            problem=problem if manifest is not None else NOT_INSTALLED,
            reads=manifest.reads if manifest else "",
            writes=manifest.writes if manifest else "",
            keeps=manifest.keeps if manifest else "",
            since=connection.created_at,
            unread=connection.unread,
            kept=self._opener.is_upload(connection),
        )
