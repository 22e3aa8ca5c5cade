"""Nextcloud's Login Flow v2: the person allows oO at their own server, which makes a password for oO alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from oo.contracts.abilities import Delegation, Granted
from oo.contracts.connectors import Http, TryLater
from oo.contracts.errors import Refused

_FLOW = "index.php/login/v2"
_DAV = "remote.php/dav"
_ELSEWHERE = "This server points to another one. Give the address that you open in the browser."


async def begin(http: Http) -> Delegation | None:
    """Begin it at a server; None where there is no Nextcloud."""
    root = root_of(http.base)
    expect = (301, 302, 400, 401, 403, 404, 405, 410, 501)
    answer = await http.ask("POST", f"{root}{_FLOW}", content=b"", expect=expect)
    if answer.status != 200 or not answer.headers.get("content-type", "").startswith("application/json"):
        return None
    said = _mapping(answer.json())
    poll = _mapping(said.get("poll"))
    page, endpoint, token = str(said.get("login", "")), str(poll.get("endpoint", "")), str(poll.get("token", ""))
    if not page or not endpoint or not token:
        return None
    for one in (page, endpoint):
        _same_server(http.base, one)
    return Delegation(page, json.dumps([endpoint, token]))


async def end(http: Http, ticket: str) -> Granted | None:
    """What the person allowed; None while they have not. It is given out once."""
    endpoint, token = json.loads(ticket)
    answer = await http.ask("POST", endpoint, form={"token": token}, expect=(404,))
    if answer.status == 404:
        return None
    said = _mapping(answer.json())
    server, user, password = (str(said.get(name, "")) for name in ("server", "loginName", "appPassword"))
    if not server or not user or not password:
        raise TryLater("The server did not say what was allowed.", timedelta(minutes=1))
    _same_server(http.base, server)
    return Granted(f"{server.rstrip('/')}/{_DAV}/", user, password)


async def give_back(http: Http) -> None:
    """Take the password away at the server that made it; one that is gone already is gone."""
    headers = {"ocs-apirequest": "true"}
    await http.ask(
        "DELETE", f"{root_of(http.base)}ocs/v2.php/core/apppassword", headers=headers, expect=(401, 403, 404, 405)
    )


def is_one(address: str) -> bool:
    """Whether calendars at this address are a Nextcloud's.

    >>> is_one("https://example.com/remote.php/dav/"), is_one("https://caldav.fastmail.com/")
    (True, False)
    """
    return f"/{_DAV}" in address


def root_of(address: str) -> str:
    """Where a Nextcloud begins, from whatever address of it somebody copied.

    >>> root_of("https://example.com/cloud/remote.php/dav/calendars/ada/"), root_of("https://example.com/index.php/apps")
    ('https://example.com/cloud/', 'https://example.com/')
    """
    parts = urlsplit(address)
    path = parts.path
    for mark in ("/remote.php", "/index.php", "/apps/"):
        path = path.partition(mark)[0] if mark in path else path
    return f"{parts.scheme}://{parts.netloc}{path.rstrip('/')}/"


def _same_server(base: str, other: str) -> None:
    """What comes next is at the server that the person typed, and not in clear where that was not."""
    here, there = urlsplit(base), urlsplit(other)
    if here.netloc.lower() != there.netloc.lower() or here.scheme != there.scheme:
        raise Refused(_ELSEWHERE)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
