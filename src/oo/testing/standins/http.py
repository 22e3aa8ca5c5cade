"""The client of a source, as plain as it can be: for trying connectors on stand-ins without the house around them."""

from __future__ import annotations

import base64
from collections.abc import Collection, Mapping
from datetime import timedelta
from types import TracebackType
from typing import Any
from urllib.parse import urljoin, urlsplit

from oo.contracts.connectors import Answer, Reconnect, TryLater
from oo.contracts.errors import Refused
from oo.kernel.http.client import LIMIT, SECONDS, Client
from oo.kernel.http.failures import AddressRefused, HttpFailed

_AWAY = "It is not to be reached right now. oO keeps trying."


class PlainHttp:
    """Asks one server of this machine with one authority; what statuses mean is as `contracts.connectors.Http` says."""

    def __init__(
        self, base: str, *, token: str = "", user: str = "", password: str = "", seconds: float = SECONDS
    ) -> None:
        self.base = base
        self.token = token
        self._login = (user, password)
        self._client = Client(allowed={urlsplit(base).netloc}, seconds=seconds, limit=LIMIT)

    async def __aenter__(self) -> PlainHttp:
        """Itself."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close its connections."""
        await self._client.__aexit__(kind, error, trace)

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
        url = urljoin(self.base, address) if address else self.base
        parts = {"params": params, "data": form, "json": json, "content": content}
        sent: dict[str, Any] = {name: value for name, value in parts.items() if value is not None}
        own = dict(headers or {})
        if urlsplit(url)[:2] == urlsplit(self.base)[:2]:
            own |= self._authority()
        try:
            reply = await self._client.ask(method, url, headers=own, **sent)
        except AddressRefused:
            raise Refused("Its address is not on the public internet, so oO does not ask it.") from None
        except HttpFailed:
            raise TryLater(_AWAY) from None
        return judged(Answer(reply.status, reply.headers, reply.body, reply.url), expect)

    def _authority(self) -> dict[str, str]:
        user, password = self._login
        if user:
            return {"authorization": f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"}
        return {"authorization": f"Bearer {self.token}"} if self.token else {}


def judged(answer: Answer, expect: Collection[int]) -> Answer:
    """The answer, or what its status means."""
    if 200 <= answer.status < 300 or answer.status in expect:
        return answer
    if answer.status in (401, 403):
        raise Reconnect("It asks you to sign in again.")
    wanted = answer.headers.get("retry-after", "")
    raise TryLater(_AWAY, timedelta(seconds=int(wanted)) if wanted.isdigit() else timedelta(minutes=1))
