"""Being told by a provider that something changed: a hint to read soon, and nothing else is taken from it."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import timedelta

from oo.contracts.abilities import Hook, Hooked, Watching
from oo.contracts.connectors import Connector, Source
from oo.contracts.errors import NotFound, Problem, Refused
from oo.kernel.db import Transaction
from oo.kernel.log import get_logger
from oo.kernel.module import Kit
from oo.modules.integrations.catalogue import Catalogue
from oo.modules.integrations.connection import Connection
from oo.modules.integrations.remotes import Remotes
from oo.modules.integrations.repository import connections, grants

AHEAD = timedelta(hours=12)
"""A watch that ends sooner than this is asked for again."""
LATER = timedelta(hours=6)
"""When to ask again where it was refused."""
PATH = "/hooks/{connector}"

log = get_logger("integrations")


class Hooks:
    """Takes hints, and asks for them."""

    def __init__(self, kit: Kit, catalogue: Catalogue, remotes: Remotes) -> None:
        self._kit, self._catalogue, self._remotes = kit, catalogue, remotes

    async def take(self, connector: str, headers: Mapping[str, str], body: bytes) -> None:
        """See `Sources.hook`."""
        provider = self._remotes.provider(connector)
        loaded = None if provider is None else self._catalogue.load(connector)
        if provider is None or not isinstance(loaded, Hooked):
            raise NotFound
        if not provider.client_secret:
            raise Refused
        named: set[str] = set()
        for hint in loaded.webhook(headers, body, provider.client_secret):
            if hint.watch:
                if not hmac.compare_digest(self._token(hint.watch).encode(), hint.token.encode()):
                    raise Refused
                named.add(hint.watch.partition(".")[0])
            elif hint.account:
                account = self._kit.keys.digest(f"hook:{connector}", hint.account)
                named.update(await self._kit.db.read(lambda tx: grants.of_account(tx, account)))  # noqa: B023
        now = self._kit.clock.now()
        if named:
            await self._kit.db.write(lambda tx: connections.hint(tx, connector, named, now))

    async def watch(self, connection: Connection, connector: Connector, source: Source) -> None:
        """Ask to be told of changes, where the source wants to be asked and can reach this instance."""
        public = self._kit.settings.public_url
        if not isinstance(connector, Watching) or public is None or not public.startswith("https:"):
            return
        row = await self._kit.db.read(lambda tx: grants.one(tx, connection.id))
        if row is None or (row.watch_until is not None and row.watch_until - source.now > AHEAD):
            return
        watch = f"{connection.id}.{self._kit.ids.new()}"
        address = public + PATH.format(connector=connection.connector)
        try:
            until = await connector.watch(source, Hook(address, watch, self._token(watch)))
        except Problem as error:
            log.info("hooks.not-watching", connector=connection.connector, error=type(error).__name__)
            until = source.now + AHEAD + LATER

        def note(tx: Transaction) -> None:
            grants.change(tx, connection.id, {"watch": watch, "watch_until": until})

        await self._kit.db.write(note)

    def _token(self, watch: str) -> str:
        return self._kit.keys.digest("watch", watch)
