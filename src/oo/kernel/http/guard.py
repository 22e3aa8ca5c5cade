"""The outermost layer of the server, in plain ASGI: nobody comes in, and nothing goes out, past it.

It wraps the application from outside, so that its headers are on answers that no middleware sees (an unhandled fault).
Every request pays for it, hence no objects per request and header lists made beforehand.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any, Protocol

from oo.kernel.http import headers as wire
from oo.kernel.http.changes import BODY_LIMIT, SAFE_METHODS, UPLOAD_LIMIT, check_origin, check_token, limited
from oo.kernel.http.problems import API, App, Page, Receive, Refusal, Send, answer, fault_of
from oo.kernel.http.site import Site, Sites
from oo.kernel.http.throttle import Pace, Throttle
from oo.kernel.log import begin_trace, get_logger
from oo.kernel.tracing import begun

log = get_logger("http")


class Known(Protocol):
    """What the guard has to know of whoever is signed in."""

    @property
    def user(self) -> str:
        """Whose account it is."""

    @property
    def csrf(self) -> str:
        """The session's token for changes."""

    @property
    def renewed(self) -> str | None:
        """A new cookie value, when the session was just rotated."""

    @property
    def agreed(self) -> bool:
        """Whether they accepted the terms that hold now."""


@dataclass(frozen=True, slots=True)
class Public:
    """The paths that need no session, and other ways in which paths differ; whatever is not named here needs one."""

    exact: frozenset[str]
    prefixes: tuple[str, ...]
    files: str
    """Prefix of static files: never personal, and kept by browsers as long as they say."""
    door: str
    """Where whoever is not signed in is sent; below it, failed tries are counted."""
    kept: frozenset[str] = frozenset()
    """Paths whose answers name nobody, beside files, and may be kept by browsers as long as they say."""
    uploads: frozenset[str] = frozenset()
    """Paths that take a form with a file, for those who are signed in."""
    asking: frozenset[str] = frozenset()
    """Paths that are posted to and change nothing by themselves: the pace of changes is not for them."""
    tried: frozenset[str] = frozenset()
    """Paths where failed tries are counted as below the door."""
    slow: tuple[str, ...] = ()
    """Prefixes of paths that cost something before anybody is known: an address may ask for them now and then."""
    agree: str = ""
    """Where whoever has not accepted the terms that hold is asked to; empty for nobody."""
    before: frozenset[str] = frozenset()
    """What is open to them until then."""

    def __contains__(self, path: str) -> bool:
        return path in self.exact or path.startswith(self.prefixes)


class Guard:
    """Wraps an application: host, size, origin, session and token before it; headers, problems and log line after."""

    def __init__(
        self,
        app: App,
        *,
        authenticate: Callable[[str], Awaitable[Known | None]],
        public: Public,
        sites: Sites,
        session_seconds: int,
        page: Page | None = None,
        throttle: Throttle | None = None,
        pace: Pace | None = None,
        slowly: Pace | None = None,
        access: Callable[[str, str, int, float], None] | None = None,
        names: Mapping[object, str] | None = None,
    ) -> None:
        """Wrap `app`; `names` tells the log what to call an endpoint, `access` writes its line."""
        self._app = app
        self._authenticate = authenticate
        self._public = public
        self._sites = sites
        self._session_seconds = session_seconds
        self._page = page
        self._throttle = throttle or Throttle()
        self._pace = pace or Pace()
        self._slowly = slowly or Pace(burst=60, per_second=1)
        self._access = access
        self._names = names or {}
        self._standing = {secure: wire.standing(secure) for secure in (False, True)}

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] == "http":
            await self._request(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008})

    async def _request(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        began = time.perf_counter()
        headers: dict[bytes, bytes] = dict(scope["headers"])
        path = scope["path"]
        state = scope.setdefault("state", {})
        status = 0
        always = self._standing[False]
        cookie: str | None = None
        is_file = path.startswith(self._public.files)
        may_be_kept = is_file or path in self._public.kept

        async def sending(message: MutableMapping[str, Any]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                finished = wire.finished(message.get("headers", ()), always, may_be_kept=may_be_kept and status < 400)
                if cookie is not None and not any(name == b"set-cookie" for name, _ in finished):
                    finished.append((b"set-cookie", cookie.encode("latin-1")))
                message["headers"] = finished
            await send(message)

        parent = headers.get(b"traceparent")
        caller = parent.decode("latin-1") if parent else None
        begin_trace(caller)
        traced = begun(scope["method"], kind="server", parent=caller)
        try:
            site = self._sites.of(scope, headers)
            state["site"] = site
            scope["scheme"] = (
                "https" if site.secure else "http"
            )  # as the browser knows it, for whoever looks further in
            always = self._standing[site.secure]
            if scope["method"] not in SAFE_METHODS:
                receive = limited(headers, receive, UPLOAD_LIMIT if path in self._public.uploads else BODY_LIMIT)
                check_origin(site, headers)
            if not is_file:
                bearer = _bearer(headers) if path.startswith(API) else None
                known = await self._authenticate(bearer) if bearer else await self._known(site, headers)
                state["identity"] = known
                if self._counts(path):
                    self._throttle.check(self._sites.client(scope, headers))
                if path.startswith(self._public.slow):
                    self._slowly.check(self._sites.client(scope, headers), began)
                if known is None:
                    self._let_in(path)
                else:
                    if not known.agreed and not bearer:
                        self._ask(path)
                    if known.renewed and not bearer:
                        cookie = site.session_cookie(known.renewed, self._session_seconds)
                    if scope["method"] not in SAFE_METHODS:
                        if path not in self._public.asking:
                            self._pace.check(known.user, began)
                        if not bearer:  # which no browser sends by itself
                            upload = path in self._public.uploads
                            receive = await check_token(known.csrf, scope, headers, receive, upload=upload)
            await self._app(scope, receive, sending)
        except _Elsewhere as elsewhere:
            await _redirect(elsewhere.to, sending)
        except Exception as error:
            if not status:
                await answer(fault_of(error), scope, receive, sending, self._page)
            elif status < 500:  # else the application answered with a number, and logged it
                log.error("answer.broken", failure=error)
        if 400 <= status < 500 and self._counts(path):
            self._throttle.failed(self._sites.client(scope, headers))
        if traced is not None:
            route = self._name(scope, is_file)
            traced.set(http__request__method=scope["method"], http__route=route, http__response__status_code=status)
            traced.end(f"{scope['method']} {route}")
        if self._access is not None:
            self._access(scope["method"], self._name(scope, is_file), status, (time.perf_counter() - began) * 1000)

    async def _known(self, site: Site, headers: Mapping[bytes, bytes]) -> Known | None:
        cookies = headers.get(b"cookie")
        if cookies is None:
            return None
        value = cookie_value(cookies, site.cookie.encode())
        return await self._authenticate(value) if value else None

    def _counts(self, path: str) -> bool:
        """Whether failed tries are counted here."""
        return path.startswith(self._public.door + "/") or path in self._public.tried

    def _ask(self, path: str) -> None:
        """Nothing for what is open without the terms; elsewhere they are asked for first."""
        if not self._public.agree or path in self._public or path in self._public.before:
            return
        if path.startswith(API):
            raise Refusal(403, "terms-new", "The terms have changed; open oO in a browser and accept them first.")
        raise _Elsewhere(self._public.agree)

    def _let_in(self, path: str) -> None:
        """Nothing for a public path; the API says that a session is missing, and pages show the way to the door."""
        if path in self._public:
            return
        if path.startswith(API):
            raise Refusal(401, "sign-in-needed", "Sign in first.")
        raise _Elsewhere(self._public.door)

    def _name(self, scope: Mapping[str, Any], is_file: bool) -> str:
        """The route's template for the log, never the address: that may hold a token."""
        return "static" if is_file else self._names.get(scope.get("endpoint"), "none")


class _Elsewhere(Exception):
    """A browser is sent to another page."""

    def __init__(self, to: str) -> None:
        super().__init__(to)
        self.to = to


def cookie_value(cookies: bytes, name: bytes) -> str | None:
    """The value of a cookie in a `Cookie` header, the first one of that name.

    >>> cookie_value(b"a=1; oo=abc", b"oo")
    'abc'
    """
    for part in cookies.split(b";"):
        key, _, value = part.strip().partition(b"=")
        if key == name:
            return value.decode("latin-1")
    return None


def _bearer(headers: Mapping[bytes, bytes]) -> str | None:
    """The token of an `Authorization: Bearer` header (RFC 6750)."""
    kind, _, token = headers.get(b"authorization", b"").partition(b" ")
    return token.strip().decode("latin-1") if kind.lower() == b"bearer" and token.strip() else None


async def _redirect(to: str, send: Send) -> None:
    head = [(b"location", to.encode()), (b"content-length", b"0")]
    await send({"type": "http.response.start", "status": 303, "headers": head})
    await send({"type": "http.response.body", "body": b""})
