"""Letting oO into an account: a person goes to the provider with a state that only their session may bring back.

What goes out is noted in a row, bound to the session and the connector, sealed, for ten minutes, and taken by whoever
comes back first, whatever comes of it (RFC 9700, 2.1 and 4.7).
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from oo.contracts.abilities import Whose
from oo.contracts.connectors import Reconnect
from oo.contracts.errors import NotFound, Refused
from oo.contracts.ids import ConnectionId, SessionId, UserId
from oo.kernel.keys import KeyGone
from oo.kernel.module import Kit
from oo.modules.integrations import oauth
from oo.modules.integrations.catalogue import Catalogue
from oo.modules.integrations.keeping import Keeping, Kept
from oo.modules.integrations.oauth import Tokens
from oo.modules.integrations.providers import Provider
from oo.modules.integrations.remote import Account
from oo.modules.integrations.remotes import Remotes
from oo.modules.integrations.repository import tickets
from oo.modules.integrations.revoking import Revoking
from oo.modules.integrations.vault import Token, said_of
from oo.modules.integrations.wire import AGAIN

LASTS = timedelta(minutes=10)
CALLBACK = "/oauth/callback/{connector}"
OVER = "This sign-in is over, or was begun elsewhere. Begin again here."
DENIED = "You did not allow it there, so nothing was connected."
FEWER = "oO was allowed less than it needs there, so nothing was connected."
NOT_READY = "The client of this instance is not set up for that yet."
REFUSED_THERE = "It did not let oO in. Nothing was connected."


class Connecting:
    """Begins and ends it."""

    def __init__(self, kit: Kit, catalogue: Catalogue, remotes: Remotes, keeping: Keeping, revoking: Revoking) -> None:
        self._kit, self._catalogue, self._remotes = kit, catalogue, remotes
        self._keeping, self._revoking = keeping, revoking

    async def begin(self, user: UserId, session: SessionId, connector: str, origin: str) -> str:
        """See `Sources.begin_account`."""
        provider = self._provider(connector)
        if not provider.ready:
            raise Refused(NOT_READY)
        state, verifier = self._kit.ids.token(32), self._kit.ids.token(48)
        redirect = origin + CALLBACK.format(connector=connector)
        await self.note(user, session, connector, state, {"verifier": verifier, "redirect": redirect})
        return oauth.authorize_address(provider, state, verifier, redirect)

    async def finish(self, user: UserId, session: SessionId, connector: str, answer: Mapping[str, str]) -> ConnectionId:
        """See `Sources.finish_account`."""
        provider = self._provider(connector)
        noted = await self.taken(user, session, connector, answer.get("state", ""))
        issuer = answer.get("iss")
        if issuer is not None and not hmac.compare_digest(issuer.encode(), provider.issuer.encode()):
            raise Refused(OVER)
        if "error" in answer or not answer.get("code"):
            raise Refused(DENIED if answer.get("error") == "access_denied" else REFUSED_THERE)
        kept = await self._revoking.through(self._kept(user, connector, provider, answer["code"], noted))
        return await self._keeping.first(kept)

    async def note(
        self, user: UserId, session: SessionId, connector: str, state: str, noted: Mapping[str, Any]
    ) -> None:
        """Note what was begun under a state."""
        token = self._kit.keys.digest("ticket", state)
        row = {
            "state": token,
            "user_id": user,
            "session": session,
            "connector": connector,
            "sealed": self._kit.keys.cipher(user).seal(_bound_to(token), json.dumps(noted)),
            "expires_at": self._kit.clock.now() + LASTS,
        }
        await self._kit.db.write(lambda tx: tickets.add(tx, row))

    async def taken(self, user: UserId, session: SessionId, connector: str, state: str) -> dict[str, Any]:
        """What was begun under a state, which ends with that; raises `Refused` unless it comes from who began it."""
        token = self._kit.keys.digest("ticket", state)
        row = await self._kit.db.write(lambda tx: tickets.take(tx, token)) if state else None
        if row is None or row.expires_at <= self._kit.clock.now():
            raise Refused(OVER)
        if (row.user_id, row.session, row.connector) != (user, session, connector):
            raise Refused(OVER)
        try:
            noted: dict[str, Any] = json.loads(self._kit.keys.cipher(user).open(_bound_to(token), row.sealed))
        except KeyGone:
            raise Refused(OVER) from None
        return noted

    async def taken_back(self, state: str) -> None:
        """Let what was begun under a state end."""
        token = self._kit.keys.digest("ticket", state)
        await self._kit.db.write(lambda tx: tickets.take(tx, token))

    def _provider(self, connector: str) -> Provider:
        provider = self._remotes.provider(connector)
        if provider is None:
            raise NotFound
        return provider

    async def _kept(
        self, user: UserId, connector: str, provider: Provider, code: str, noted: Mapping[str, Any]
    ) -> Kept:
        """Access for the code, kept; what fails after it was given gives it back."""
        now = self._kit.clock.now()
        try:
            tokens = await oauth.exchange(self._remotes.wire, provider, code, noted["verifier"], noted["redirect"], now)
        except Reconnect:
            raise Refused(REFUSED_THERE) from None
        async with self._revoking.unless_kept(user, connector, said_of(tokens)) as given:
            if tokens.scopes is not None and not provider.needed <= tokens.scopes:
                raise Refused(FEWER)
            try:
                account = await self._whose(user, connector, provider, tokens)
            except Reconnect:
                raise Refused(REFUSED_THERE) from None
            given.account = self._keeping.told(connector, account)
            return await self._keeping.account(user, connector, tokens, account)

    async def _whose(self, user: UserId, connector: str, provider: Provider, tokens: Tokens) -> str:
        """The account that was opened; where a connector can't tell, there is one for each person."""
        loaded = self._catalogue.load(connector)
        if not isinstance(loaded, Whose):
            return ""
        new = ConnectionId(self._kit.ids.new())
        http = Account(self._remotes.wire, _Held(tokens.access), provider, user, new, provider.api)
        return await loaded.whose(self._keeping.source(new, http))


@dataclass(frozen=True, slots=True)
class _Held:
    """A token that is not kept yet."""

    access: str

    async def token(
        self, user: UserId, connection: ConnectionId, provider: Provider, refused: int | None = None
    ) -> Token:
        """It, once."""
        if refused is not None:
            raise Reconnect(AGAIN)
        return Token(self.access, 0)


def _bound_to(state: str) -> str:
    return f"tickets.sealed:{state}"
