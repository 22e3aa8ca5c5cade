"""What is to be given back: a row with a key of its own, as it outlives the connection, and the person.

Whatever a provider gave is owed from the moment on at which nothing keeps it: a connection that ends, access that
another one takes the place of, and what came at the end of a way out that failed.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Row

from oo.contracts.abilities import Returning
from oo.contracts.ids import UserId
from oo.kernel.db import Transaction
from oo.kernel.keys import KeyGone
from oo.kernel.log import get_logger
from oo.kernel.module import Kit
from oo.modules.integrations.catalogue import Catalogue
from oo.modules.integrations.providers import Provider
from oo.modules.integrations.remotes import Remotes
from oo.modules.integrations.repository import connections, grants
from oo.modules.integrations.vault import opened

FIRST_RETRY = timedelta(seconds=30)

log = get_logger("integrations")


class Owing:
    """Makes such rows, each to be kept by a unit of `kept`."""

    def __init__(self, kit: Kit, catalogue: Catalogue, remotes: Remotes) -> None:
        self._kit, self._catalogue, self._remotes = kit, catalogue, remotes

    async def of_connection(self, user: str, connection: str) -> tuple[Mapping[str, Any] | None, int]:
        """What is owed when this connection ends, None for nothing; and the number of the access it is of."""
        row = await self._kit.db.read(lambda tx: connections.one(tx, connection))
        grant = await self._kit.db.read(lambda tx: grants.one(tx, connection))
        if row is None or grant is None:
            return None, 0
        said = self._opened(user, grant)
        owed = None if said is None else await self._row(row.connector, said, grant.account or "")
        return owed, grant.number

    async def of_replaced(self, user: str, connector: str, grant: Row[Any], by: Mapping[str, Any]) -> Any:
        """What is owed when other access takes this one's place; None where both are the same to the provider."""
        provider = self._remotes.provider(connector)
        if provider is not None and provider.rules.revoking_ends == "grant":
            return None  # it would end the new one, too
        said = self._opened(user, grant)
        if said is None or _secrets(said) & _secrets(by):
            return None
        return await self._row(connector, said, grant.account or "")

    async def of_unkept(self, user: str, connector: str, said: Mapping[str, Any], account: str) -> Any:
        """What is owed of access that was given and is not kept; None where it can't be said whose it is, and it might
        be the access of a connection that there is.
        """
        provider = self._remotes.provider(connector)
        if provider is not None and provider.rules.revoking_ends == "grant" and not account:
            there = await self._kit.db.read(lambda tx: connections.of_person(tx, user))
            if any(one.connector == connector for one in there):
                log.info("oauth.left-as-it-is", connector=connector)
                return None
        return await self._row(connector, said, account)

    async def kept(self, unit: Callable[[Transaction], bool], owed: Mapping[str, Any] | None) -> bool:
        """Run the unit that keeps the row, and say what it says; where it did not keep it, its key goes."""
        done = False
        try:
            done = await self._kit.db.write(unit)
        except asyncio.CancelledError:  # nobody knows whether it ran: a key of nobody harms less than a lost row
            done = True
            raise
        finally:
            if not done and owed is not None:
                await asyncio.to_thread(self._kit.keys.destroy, owed["id"])
        return done

    def opened(self, row: Row[Any]) -> Mapping[str, Any]:
        """What a row is about; raises `KeyGone` once it is settled."""
        said: Mapping[str, Any] = json.loads(self._kit.keys.cipher(row.id).open(_bound_to(row.id), row.sealed))
        return said

    def in_use(self, tx: Transaction, connector: str, owed: Mapping[str, Any]) -> bool:
        """Whether something that works would end with it: the same access, connected anew meanwhile."""
        account, provider = owed.get("account"), self._remotes.provider(connector)
        there = grants.living(tx, account) if account else []
        if provider is not None and provider.rules.revoking_ends == "grant":
            return bool(there)
        own = _secrets({"password": owed["login"][2]} if "login" in owed else owed) | {owed.get("token")}
        return any(own & _secrets(self._opened(one.user_id, one) or {}) for one in there)

    def returning(self, connector: str) -> Returning | None:
        """The connector, if its servers take back what they gave."""
        if self._catalogue.manifest(connector) is None:
            return None
        loaded = self._catalogue.load(connector)
        return loaded if isinstance(loaded, Returning) else None

    async def _row(self, connector: str, said: Mapping[str, Any], account: str) -> Mapping[str, Any] | None:
        owed = self._owed(connector, self._remotes.provider(connector), said)
        if owed is None:
            return None
        own, now = self._kit.ids.new(), self._kit.clock.now()
        key = await asyncio.to_thread(self._kit.keys.create, own)
        return {
            "id": own,
            "connector": connector,
            "sealed": key.seal(_bound_to(own), json.dumps({**owed, "account": account})),
            "due_at": now + FIRST_RETRY,
            "tries": 0,
            "created_at": now,
        }

    def _owed(self, connector: str, provider: Provider | None, said: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """What has to be given back of a connection's secret: tokens, or a password that the server made for oO."""
        if provider is None:
            login = [said.get(name, "") for name in ("address", "user", "password")]
            returning = self.returning(connector) if login[2] else None
            return {"login": login} if returning is not None and returning.returns(login[0]) else None
        token, hint = said.get("refresh") or said.get("access"), "refresh_token" if said.get("refresh") else ""
        if not token or not provider.revoke:
            return None
        return {"token": token, "hint": hint or "access_token", "access": said.get("access", "")}

    def _opened(self, user: str, grant: Row[Any]) -> Mapping[str, Any] | None:
        try:
            return opened(grant, self._kit.keys.cipher(UserId(user)))
        except KeyGone:
            return None


def _secrets(said: Mapping[str, Any]) -> set[str]:
    """What lets somebody in."""
    return {said[name] for name in ("access", "refresh", "password") if said.get(name)}


def _bound_to(id: str) -> str:
    return f"revocations.sealed:{id}"
