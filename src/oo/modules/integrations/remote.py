"""What a connector asks its source with: the authority of one connection, none of it in the connector's hands."""

from __future__ import annotations

import base64
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from oo.contracts.connectors import Answer, Http
from oo.contracts.ids import ConnectionId, UserId
from oo.modules.integrations.providers import Provider, origin
from oo.modules.integrations.vault import Login, Token
from oo.modules.integrations.wire import Wire, placed, sent_of


class Giving(Protocol):
    """Gives tokens."""

    async def token(
        self, user: UserId, connection: ConnectionId, provider: Provider, refused: int | None = None
    ) -> Token:
        """See `Vault.token`."""


@dataclass(frozen=True, slots=True)
class Account(Http):
    """An account at a provider."""

    wire: Wire
    vault: Giving
    provider: Provider
    user: UserId
    connection: ConnectionId
    base: str

    async def ask(
        self,
        method: str,
        address: str,
        *,
        params: Mapping[str, Any] | None = None,
        form: Mapping[str, Any] | None = None,
        json: Any = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        expect: Collection[int] = (),
    ) -> Answer:
        """See `Http.ask`."""
        url = placed(self.base, address)
        sent = sent_of(params, form, json, content, headers)
        if origin(url) != origin(self.base):
            reply = await self.wire.send(method, url, self.provider.hosts, who=self.connection, **sent)
            return self.wire.judged(reply, expect)
        token = await self.vault.token(self.user, self.connection, self.provider)
        reply = await self._with(token.access, method, url, sent)
        if reply.status == 401:
            token = await self.vault.token(self.user, self.connection, self.provider, token.number)
            reply = await self._with(token.access, method, url, sent)
        return self.wire.judged(reply, expect)

    async def _with(self, access: str, method: str, url: str, sent: Mapping[str, Any]) -> Any:
        headers = {**sent["headers"], "authorization": f"Bearer {access}"}
        sent = {**sent, "headers": headers}
        return await self.wire.send(method, url, self.provider.hosts, who=self.connection, **sent)


@dataclass(frozen=True, slots=True)
class Place(Http):
    """An address that a person gave, with a password made for oO where there is one."""

    wire: Wire
    login: Login
    base: str

    async def ask(
        self,
        method: str,
        address: str,
        *,
        params: Mapping[str, Any] | None = None,
        form: Mapping[str, Any] | None = None,
        json: Any = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        expect: Collection[int] = (),
    ) -> Answer:
        """See `Http.ask`."""
        url = placed(self.base, address)
        sent = sent_of(params, form, json, content, headers)
        if self.login.user and origin(url) == origin(self.base):
            both = base64.b64encode(f"{self.login.user}:{self.login.password}".encode()).decode()
            sent["headers"]["authorization"] = f"Basic {both}"
        return self.wire.judged(await self.wire.send(method, url, frozenset(), who=url, **sent), expect)
