"""Asks other servers, carefully: no proxy from the environment, time-outs, a size limit, public addresses only.

A name is looked up once and the connection goes to the address that was checked, so a name that changes its mind in
between (DNS rebinding) gains nothing; certificates are checked against the name. Redirects pass the same checks.
"""

from __future__ import annotations

import asyncio
import ssl
import zlib
from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any

from oo.kernel.http.addresses import addresses_of
from oo.kernel.http.failures import HttpFailed, RedirectRefused, ReplyGarbled, ReplyTooLarge, Unanswered, Unreachable
from oo.kernel.log import traceparent

if TYPE_CHECKING:
    import httpx2

SECONDS = 30.0
"""For a whole exchange, redirects included."""
LIMIT = 10 * 1024 * 1024
"""Bytes of an answer's body, decoded."""
_CONNECT_SECONDS, _SILENCE_SECONDS = 5.0, 10.0
_REDIRECTS = 5


@dataclass(frozen=True, slots=True)
class Reply:
    """What the other server said."""

    status: int
    headers: Mapping[str, str]
    """By lower-case name."""
    body: bytes
    url: str = ""
    """Where it came from in the end, after redirects."""


class Client:
    """Asks other servers; one per provider or purpose, used as a context. Loads httpx2 when it is made."""

    def __init__(
        self,
        *,
        allowed: Collection[str] = (),
        seconds: float = SECONDS,
        limit: int = LIMIT,
        redirects: bool = True,
        tls: ssl.SSLContext | bool = True,
        silence: float = _SILENCE_SECONDS,
    ) -> None:
        """`allowed` names hosts that may have private addresses (a provider's stand-in, a server at home).

        Without `redirects` they are answers like others; `tls` is a context that was made before, which takes a while;
        `silence` is how many seconds the other side may say nothing.
        """
        import httpx2

        self._httpx2 = httpx2
        self._seconds = seconds
        self._limit = limit
        self._client = httpx2.AsyncClient(
            transport=_transport(allowed, tls),
            trust_env=False,
            timeout=httpx2.Timeout(silence, connect=_CONNECT_SECONDS),
            follow_redirects=redirects,
            max_redirects=_REDIRECTS,
            headers={"user-agent": "oO", "accept-encoding": "gzip"},
            event_hooks={"response": [check_redirect] if redirects else []},
        )

    async def __aenter__(self) -> Client:
        """Itself."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close its connections."""
        await self._client.aclose()

    async def ask(self, method: str, url: str, **sent: Any) -> Reply:
        """The reply, whatever its status; raises `HttpFailed`. `sent`: httpx2's headers, params, json or content.

        `Unanswered` means that it was asked and may have done it; any other `Unreachable`, that it was not.
        """
        host = self._httpx2.URL(url).host
        asked = _Asked()
        headers = {"traceparent": traceparent(), **(sent.pop("headers", None) or {})}
        try:
            async with (
                asyncio.timeout(self._seconds),
                self._client.stream(method, url, headers=headers, extensions={"trace": asked.note}, **sent) as response,
            ):
                body = await self._body(response)
                return Reply(response.status_code, dict(response.headers), body, str(response.url))
        except HttpFailed:
            raise
        except self._httpx2.TooManyRedirects:
            raise RedirectRefused(host) from None
        except (self._httpx2.HTTPError, TimeoutError, OSError):
            raise (Unanswered if asked.begun else Unreachable)(host) from None

    async def _body(self, response: httpx2.Response) -> bytes:
        host, parts, size = response.url.host, [], 0
        declared = response.headers.get("content-length", "0")
        if declared.isdigit() and int(declared) > self._limit:
            raise ReplyTooLarge(host)
        async for part in _decoded(response, self._limit):
            size += len(part)
            if size > self._limit:
                raise ReplyTooLarge(host)
            parts.append(part)
        return b"".join(parts)


class _Asked:
    """Notes whether a request began to leave."""

    begun = False

    async def note(self, event: str, _: Mapping[str, Any]) -> None:
        """Hear what the connection does."""
        self.begun = self.begun or event.endswith("send_request_headers.started")


async def _decoded(response: httpx2.Response, limit: int) -> AsyncIterator[bytes]:
    """The body, unzipped in steps of at most `limit`, so that a small answer can't become a huge one in memory."""
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding in ("", "identity"):
        async for raw in response.aiter_raw():
            yield raw
        return
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise ReplyGarbled(response.url.host)
    unzip = zlib.decompressobj(zlib.MAX_WBITS | 32)
    try:
        async for raw in response.aiter_raw():
            yield unzip.decompress(raw, limit)
            while unzip.unconsumed_tail:
                yield unzip.decompress(unzip.unconsumed_tail, limit)
    except zlib.error:
        raise ReplyGarbled(response.url.host) from None


async def check_redirect(response: httpx2.Response) -> None:
    """Refuse a redirect that leaves https (raises `RedirectRefused`); its host is checked when it is looked up."""
    if response.has_redirect_location:
        to = response.url.join(response.headers["location"])
        if to.scheme != response.url.scheme and to.scheme != "https":
            raise RedirectRefused(response.url.host)


def trusted() -> ssl.SSLContext:
    """What clients trust by default, to be made once and given to many of them."""
    import httpx2

    return httpx2.create_ssl_context(trust_env=False)


def _transport(allowed: Collection[str], tls: ssl.SSLContext | bool) -> httpx2.AsyncHTTPTransport:
    """httpx2's own transport, whose connections are made by `_Checked`."""
    import httpx2

    transport = httpx2.AsyncHTTPTransport(trust_env=False, verify=tls)
    pool: Any = transport._pool
    pool._network_backend = _Checked(pool._network_backend, frozenset(allowed))
    return transport


class _Checked:
    """Connects to addresses that were looked up and checked, and to nothing else."""

    def __init__(self, inner: Any, allowed: frozenset[str]) -> None:
        self._inner = inner
        self._allowed = allowed

    async def connect_tcp(self, host: str, port: int, **options: Any) -> Any:
        """A connection to the first address of the host that answers."""
        failed: Exception = Unreachable(host)
        for address in await addresses_of(host, port, self._allowed):
            try:
                return await self._inner.connect_tcp(address, port, **options)
            except Exception as error:  # the next address may do; the last one's error is the answer
                failed = error
        raise failed

    async def connect_unix_socket(self, path: str, **options: Any) -> Any:
        """Nothing: no source is behind a socket of this machine."""
        raise Unreachable(path)

    async def sleep(self, seconds: float) -> None:
        """Wait between retries."""
        await self._inner.sleep(seconds)
