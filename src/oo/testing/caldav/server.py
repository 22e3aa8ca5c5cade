"""Radicale in this process, over real HTTP, and what other servers do differently."""

from __future__ import annotations

import asyncio
import base64
import http.client
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from oo.testing.caldav.wsgi import asgi
from oo.testing.standins.faults import App, Faults, Receive, Scope, Send
from oo.testing.standins.serving import Standing

USER, PASSWORD = "ada", "app-password"
_NEXTCLOUD = "/remote.php/dav"
_NO_TOKEN = b'<?xml version="1.0"?><error xmlns="DAV:"><valid-sync-token/></error>'
_CUT = (
    '<?xml version="1.0"?><multistatus xmlns="DAV:"><response><href>{}</href>'
    "<status>HTTP/1.1 507 Insufficient Storage</status></response><sync-token>{}</sync-token></multistatus>"
)


@dataclass(slots=True)
class Quirks:
    """What some servers do and Radicale never does."""

    syncs: bool = True
    """Whether it knows sync tokens; without, it has a ctag."""
    etags: bool = True
    """Whether a PUT and a GET tell the ETag."""
    forgets: bool = False
    """Whether it has forgotten every sync token."""
    cuts: int = 0
    """How many sync reports it answers with "there is more" first."""
    read_only: bool = False
    loses: bool = False
    """Whether it says that it took a PUT, and doesn't keep it."""
    races: int = 0
    """How many PUTs are refused as if they had met one of somebody else's."""
    meanwhile: tuple[str, ...] = ()
    """What somebody else writes just before the next PUT."""


class Dav:
    """A CalDAV server with one person, `ada`; `faults` is the application to serve."""

    def __init__(self, folder: Path) -> None:
        self.quirks = Quirks()
        self.flow = Flow()
        self._radicale = asgi(_radicale(folder))
        self.faults = Faults(self._quirky)
        self.standing = Standing(self.faults)
        self.flow.origin = self.standing.url
        self.url = f"{self.standing.url}/"

    def __enter__(self) -> Dav:
        """Serving."""
        self.standing.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stopped."""
        self.standing.stop()

    def calendar(self, name: str, *kinds: str) -> str:
        """Make a calendar for these kinds of components; its path."""
        comps = "".join(f'<C:comp name="{kind}"/>' for kind in kinds)
        body = (
            '<C:mkcalendar xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:set><D:prop>'
            f"<C:supported-calendar-component-set>{comps}</C:supported-calendar-component-set></D:prop></D:set></C:mkcalendar>"
        )
        path = f"/{USER}/{name}/"
        self.ask("MKCALENDAR", path, body.encode())
        return path

    def put(self, path: str, *lines: str) -> None:
        """Write a resource: the lines of one component, or a whole calendar's text."""
        text = "\r\n".join(lines)
        if not text.startswith("BEGIN:VCALENDAR"):
            text = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//\r\n{text}\r\nEND:VCALENDAR\r\n"
        self.ask("PUT", path, text.encode(), {"content-type": "text/calendar"})

    def get(self, path: str) -> str:
        """A resource's text."""
        return self.ask("GET", path)

    def remove(self, path: str) -> None:
        """Delete a resource."""
        self.ask("DELETE", path)

    def ask(self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> str:
        """Ask as its owner's own app would, past every switch; raises `RuntimeError` for a refusal."""
        both = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        line = http.client.HTTPConnection("127.0.0.1", self.standing.port, timeout=300)
        own = {"authorization": f"Basic {both}", "x-straight": "yes", **(headers or {})}
        line.request(method, path, body, own)
        answer = line.getresponse()
        said = answer.read().decode()
        line.close()
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {said[:200]}")
        return said

    async def _quirky(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.flow.on and scope["path"].startswith(_NEXTCLOUD):  # where a Nextcloud has its calendars
            path = scope["path"].removeprefix(_NEXTCLOUD)
            scope = {**scope, "path": path, "raw_path": path.encode()}
        if self.flow.on and not scope["path"].startswith("/ocs/"):
            scope = {**scope, "headers": self.flow.headers(scope)}
        if any(name == b"x-straight" for name, _ in scope["headers"]):
            await self._radicale(scope, receive, send)
        elif scope["path"].startswith(("/index.php/login/v2", "/login/v2", "/ocs/")):
            await self.flow.answer(scope, receive, send)
        else:
            await _Asked(self, scope, send).answer(await _body(receive), self._radicale)


@dataclass(slots=True)
class Flow:
    """Nextcloud's Login Flow v2."""

    origin: str = ""
    on: bool = False
    server: str = ""
    """What it says its address is; by default its own."""
    allowed: bool = False
    down: bool = False
    """Whether it takes nothing back right now."""
    given: int = 0
    returned: int = 0
    passwords: list[str] = field(default_factory=list)
    """What it gave and was not given back; each lets its holder in."""

    def headers(self, scope: Scope) -> list[tuple[bytes, bytes]]:
        """A request's headers, with the account's own password for one that it gave."""
        known = [_basic(one) for one in self.passwords]
        return [_basic(PASSWORD) if one in known else one for one in scope["headers"]]

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A ticket; 404 until it is allowed; then, once, a password."""
        path, body = scope["path"], await _body(receive)
        if not self.on:
            await _said(send, 404, b"")
        elif path == "/index.php/login/v2":
            poll = {"token": "ticket", "endpoint": f"{self.origin}/login/v2/poll"}
            await _json(send, {"poll": poll, "login": f"{self.origin}/login/v2/flow/abc"})
        elif path == "/login/v2/poll" and self.allowed and parse_qs(body.decode()).get("token") == ["ticket"]:
            self.allowed = False
            self.given += 1
            self.passwords.append(f"made-for-oo-{self.given}")
            server = self.server or self.origin
            await _json(send, {"server": server, "loginName": USER, "appPassword": self.passwords[-1]})
        elif path.startswith("/ocs/") and scope["method"] == "DELETE" and not self.down:
            shown = next((one for one in self.passwords if _basic(one) in scope["headers"]), None)
            known = shown is not None or _basic(PASSWORD) in scope["headers"]
            self.passwords = [one for one in self.passwords if one != shown]
            self.returned += known
            await _said(send, 200 if known else 401, b'{"ocs": {"meta": {"status": "ok"}}}')
        elif path.startswith("/ocs/") and self.down:
            await _said(send, 503, b"")
        else:
            await _said(send, 404, b"[]")


@dataclass(slots=True)
class _Asked:
    """One request, and the quirks that change its answer."""

    dav: Dav
    scope: Scope
    send: Send
    status: dict[str, Any] = field(default_factory=dict)

    async def answer(self, body: bytes, radicale: App) -> None:
        quirks, method = self.dav.quirks, self.scope["method"]
        if b"sync-collection" in body and method == "REPORT":
            token = re.search(rb"sync-token>([^<]*)</", body)
            if not quirks.syncs:
                return await _said(self.send, 501, b"")
            if quirks.forgets and token and token[1]:
                return await _said(self.send, 403, _NO_TOKEN)
            if quirks.cuts > 0 and token:
                quirks.cuts -= 1
                return await _said(self.send, 207, _CUT.format(self.scope["path"], token[1].decode()).encode())
        if method == "PUT" and quirks.read_only:
            return await _said(self.send, 403, b"")
        if method == "PUT" and quirks.loses:
            return await _said(self.send, 204, b"")
        if method == "PUT" and quirks.meanwhile:
            lines, quirks.meanwhile = quirks.meanwhile, ()
            await asyncio.to_thread(self.dav.put, self.scope["path"], *lines)
        if method == "PUT" and quirks.races > 0:
            quirks.races -= 1
            return await _said(self.send, 412, b"")

        async def given() -> Any:
            return {"type": "http.request", "body": body}

        return await radicale(self.scope, given, self._changed)

    async def _changed(self, message: Any) -> None:
        """The answer, without what this server doesn't know."""
        quirks = self.dav.quirks
        if message["type"] == "http.response.start":
            self.status = dict(message)
            return
        body = message["body"]
        if not quirks.syncs:
            body = re.sub(rb"<sync-token>[^<]*</sync-token>|<sync-token ?/>", b"", body)
        headers = [
            (name, value)
            for name, value in self.status["headers"]
            if name not in ({b"content-length"} | (set() if quirks.etags else {b"etag"}))
        ]
        if b"content-encoding" in dict(headers):
            body = message["body"]
        await self.send({**self.status, "headers": [*headers, (b"content-length", str(len(body)).encode())]})
        await self.send({"type": "http.response.body", "body": body})


def _basic(password: str) -> tuple[bytes, bytes]:
    return b"authorization", b"Basic " + base64.b64encode(f"{USER}:{password}".encode())


def _radicale(folder: Path) -> Any:
    """Radicale, on this folder, for one person."""
    from radicale import config
    from radicale.app import Application

    folder.mkdir(parents=True, exist_ok=True)
    users = folder / "users"
    users.write_text(f"{USER}:{PASSWORD}\n")
    settings = config.load()
    settings.update(
        {
            "auth": {"type": "htpasswd", "htpasswd_filename": str(users), "htpasswd_encryption": "plain", "delay": "0"},
            "storage": {"filesystem_folder": str(folder / "collections"), "_filesystem_fsync": "False"},
            "logging": {"level": "critical"},
        },
        "test",
        privileged=True,
    )
    return Application(settings)


async def _body(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


async def _json(send: Send, value: Any) -> None:
    await _said(send, 200, json.dumps(value).encode(), b"application/json; charset=utf-8")


async def _said(send: Send, status: int, body: bytes, kind: bytes = b"application/xml") -> None:
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
