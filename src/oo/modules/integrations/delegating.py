"""Being given a password of oO's own by a person's server, so that nobody types theirs (Nextcloud's Login Flow v2)."""

from __future__ import annotations

from dataclasses import asdict
from urllib.parse import urlsplit

from oo.contracts.abilities import Delegating
from oo.contracts.errors import NotFound, Problem, Refused
from oo.contracts.ids import ConnectionId, SessionId, UserId
from oo.kernel.module import Kit
from oo.modules.integrations.catalogue import Catalogue
from oo.modules.integrations.connecting import OVER, Connecting
from oo.modules.integrations.keeping import Keeping, Kept
from oo.modules.integrations.remotes import Remotes, checked_address
from oo.modules.integrations.revoking import Revoking
from oo.modules.integrations.vault import Login


class Delegations:
    """Asks for such passwords."""

    def __init__(
        self,
        kit: Kit,
        catalogue: Catalogue,
        remotes: Remotes,
        keeping: Keeping,
        connecting: Connecting,
        revoking: Revoking,
    ) -> None:
        self._kit, self._catalogue, self._remotes = kit, catalogue, remotes
        self._keeping, self._connecting, self._revoking = keeping, connecting, revoking

    async def begin(self, user: UserId, session: SessionId, connector: str, address: str) -> str | None:
        """See `Sources.delegate`."""
        loaded = self._loaded(connector)
        address = checked_address(self._remotes.rules(connector), address, self._kit.settings.private_hosts)
        begun = await loaded.delegate(self._remotes.place(connector, Login(address)))
        if begun is None:
            return None
        if urlsplit(begun.address).scheme not in ("https", "http"):
            raise Refused
        state = _state(session, connector)
        await self._connecting.taken_back(state)
        noted = {"address": address, "ticket": begun.ticket}
        await self._connecting.note(user, session, connector, state, noted)
        return begun.address

    async def finish(self, user: UserId, session: SessionId, connector: str) -> ConnectionId | None:
        """See `Sources.delegated`."""
        loaded = self._loaded(connector)
        state = _state(session, connector)
        noted = await self._connecting.taken(user, session, connector, state)
        http = self._remotes.place(connector, Login(noted["address"]))
        try:
            granted = await loaded.granted(http, noted["ticket"])
        except Problem:
            await self._connecting.note(user, session, connector, state, noted)
            raise
        if granted is None:
            await self._connecting.note(user, session, connector, state, noted)
            return None
        if not granted.address:
            raise Refused(OVER)
        login = Login(granted.address, granted.user, granted.password)
        kept = await self._revoking.through(self._kept(user, connector, login))
        return await self._keeping.first(kept)

    async def _kept(self, user: UserId, connector: str, login: Login) -> Kept:
        async with self._revoking.unless_kept(user, connector, asdict(login)):
            return await self._keeping.address(user, connector, login)

    def _loaded(self, connector: str) -> Delegating:
        manifest = self._catalogue.manifest(connector)
        loaded = None if manifest is None or manifest.address is None else self._catalogue.load(connector)
        if not isinstance(loaded, Delegating):
            raise NotFound
        return loaded


def _state(session: SessionId, connector: str) -> str:
    """One at a time for each session and connector."""
    return f"delegated\0{session}\0{connector}"
