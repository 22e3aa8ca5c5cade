"""The stand-in's routes, faithful to the notes: errors in Todoist's shape, pages with cursors, a page for consent."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import hmac
import html
import json
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from oo.testing.standins.faults import Faults
from oo.testing.todoist.access import CLIENT_ID, CLIENT_SECRET, Access
from oo.testing.todoist.account import Account

SPAN = timedelta(days=93)
"""Three months, of what a completed endpoint tells at once."""


@dataclass(slots=True)
class Todoist:
    """The accounts there are, and their access; `faults` is the application to serve."""

    clock: Callable[[], datetime]
    accounts: dict[str, Account] = field(default_factory=dict)
    asks: bool = False
    """Whether it shows a page for consent; else everybody says yes at once."""
    denies: bool = False
    delay: float = 0.0
    """Seconds that each answer takes."""
    holds: float = 0.0
    """Seconds between doing what a command says and answering."""
    access: Access = field(init=False)
    faults: Faults = field(init=False)

    def __post_init__(self) -> None:
        """Lay out the routes."""
        self.access = Access(self.clock)
        api = "/api/v1"
        self.faults = Faults(
            Starlette(
                routes=[
                    Route("/oauth/authorize", self._authorize),
                    Route("/oauth/answer", self._answered, methods=["POST"]),
                    Route("/oauth/access_token", self._token, methods=["POST"]),
                    Route(f"{api}/revoke", self._revoke, methods=["POST"]),
                    Route(f"{api}/user", self._user),
                    Route(f"{api}/sync", self._sync, methods=["POST"]),
                    Route(f"{api}/tasks", self._tasks),
                    Route(f"{api}/tasks/completed/by_completion_date", self._completed),
                    Route(f"{api}/tasks/{{id}}", self._task),
                    Route(f"{api}/tasks/{{id}}/close", self._close, methods=["POST"]),
                    Route(f"{api}/tasks/{{id}}/reopen", self._reopen, methods=["POST"]),
                    Route(f"{api}/projects", self._projects),
                ]
            )
        )

    def account(self, id: str = "2671355", **fields: Any) -> Account:
        """The account of this id, made at the first time."""
        if id not in self.accounts:
            self.accounts[id] = Account(id, self.clock, **fields)
        return self.accounts[id]

    def settings(self, url: str) -> dict[str, str]:
        """What oO is told of it, by the names in `Settings.providers`."""
        return {
            "todoist_client_id": CLIENT_ID,
            "todoist_client_secret": CLIENT_SECRET,
            "todoist_auth_url": f"{url}/oauth/authorize",
            "todoist_token_url": f"{url}/oauth/access_token",
            "todoist_api_url": f"{url}/api/v1/",
            "todoist_revoke_url": f"{url}/api/v1/revoke",
        }

    async def _authorize(self, request: Request) -> Response:
        query = dict(request.query_params)
        if wrong := self.access.wrong(query):
            return JSONResponse({"error": wrong}, 400)
        if self.denies:
            return RedirectResponse(self.access.deny(query), 302)
        if not self.asks:
            return RedirectResponse(self.access.allow(query, query.get("account") or self._first().id), 302)
        kept = html.escape(urlencode(query))
        return HTMLResponse(
            f"<!doctype html><title>Todoist (stand-in)</title><h1>Let oO into {html.escape(self._first().name)}'s "
            f"tasks?</h1><form method=post action=/oauth/answer><input type=hidden name=asked value='{kept}'>"
            "<button name=say value=yes>Agree</button> <button name=say value=no>Cancel</button></form>"
        )

    async def _answered(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        query = dict(parse_qsl(form.get("asked", "")))
        to = self.access.allow(query, self._first().id) if form.get("say") == "yes" else self.access.deny(query)
        return RedirectResponse(to, 302)

    async def _token(self, request: Request) -> Response:
        status, said = self.access.token(dict(parse_qsl((await request.body()).decode())))
        return JSONResponse(said, status)

    async def _revoke(self, request: Request) -> Response:
        if _basic(request) != (CLIENT_ID, CLIENT_SECRET):
            return JSONResponse({"error": "invalid_client"}, 401)
        body = (await request.body()).decode()
        form = json.loads(body) if body.startswith("{") else dict(parse_qsl(body))
        self.access.revoke(form.get("token", ""))
        return JSONResponse(None)

    async def _user(self, request: Request) -> Response:
        account = await self._who(request)
        return _unauthorized() if account is None else JSONResponse(account.user())

    async def _sync(self, request: Request) -> Response:
        account = await self._who(request)
        if account is None:
            return _unauthorized()
        form = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
        said: dict[str, Any] = {}
        if "commands" in form:
            commands = json.loads(form["commands"])
            said["sync_status"] = {str(one.get("uuid")): account.run(one) for one in commands}
            await asyncio.sleep(self.holds)
        if "sync_token" in form:
            said |= account.since(form["sync_token"])
        return JSONResponse(said)

    async def _tasks(self, request: Request) -> Response:
        account = await self._who(request)
        if account is None:
            return _unauthorized()
        found = account.active()
        if "ids" in request.query_params:
            wanted = request.query_params["ids"].split(",")
            found = [task for task in found if task["id"] in wanted]
        return _page(request, found, "results")

    async def _completed(self, request: Request) -> Response:
        account = await self._who(request)
        if account is None:
            return _unauthorized()
        try:
            since, until = (datetime.fromisoformat(request.query_params[name]) for name in ("since", "until"))
        except (KeyError, ValueError):
            return _wrong("since")
        if until - since > SPAN:
            return _wrong("until")
        found = [one for one in account.completed if since <= datetime.fromisoformat(one["completed_at"]) < until]
        return _page(request, found[::-1], "items")

    async def _task(self, request: Request) -> Response:
        account, task = await self._named(request)
        if account is None:
            return _unauthorized()
        return _missing() if task is None or task["checked"] else JSONResponse(task)

    async def _close(self, request: Request) -> Response:
        account, task = await self._named(request)
        if account is None:
            return _unauthorized()
        if task is None:
            return _missing()
        account.close(task["id"])
        return JSONResponse(None)

    async def _reopen(self, request: Request) -> Response:
        account, task = await self._named(request)
        if account is None:
            return _unauthorized()
        if task is None:
            return _missing()
        account.reopen(task["id"])
        return JSONResponse(None)

    async def _projects(self, request: Request) -> Response:
        account = await self._who(request)
        return _unauthorized() if account is None else _page(request, list(account.projects.values()), "results")

    async def _who(self, request: Request) -> Account | None:
        if self.delay:
            await asyncio.sleep(self.delay)
        own = self.access.account_of(request.headers.get("authorization", ""))
        return None if own is None else self.accounts.get(own)

    async def _named(self, request: Request) -> tuple[Account | None, dict[str, Any] | None]:
        account = await self._who(request)
        task = None if account is None else account.tasks.get(request.path_params["id"])
        return account, None if task is None or task["is_deleted"] else task

    def _first(self) -> Account:
        return next(iter(self.accounts.values()), None) or self.account()


def call(url: str, name: str, task: dict[str, Any], secret: str = CLIENT_SECRET, delivery: str = "1") -> int:
    """Call a webhook as Todoist does; the status of the answer. Blocks: call it from a thread."""
    headers, body = notice(name, task, secret, delivery)
    request = urllib.request.Request(url, body, headers, method="POST")  # noqa: S310 - a test's own address
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def notice(name: str, task: dict[str, Any], secret: str = CLIENT_SECRET, delivery: str = "1") -> Any:
    """The headers and the body of a webhook."""
    said = {"event_name": name, "user_id": task["user_id"], "event_data": task, "version": "10"}
    body = json.dumps(said).encode()
    mac = base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()
    signed = {"X-Todoist-Hmac-SHA256": mac, "X-Todoist-Delivery-ID": delivery}
    return {"User-Agent": "Todoist-Webhooks", "Content-Type": "application/json", **signed}, body


def _page(request: Request, rows: list[dict[str, Any]], key: str) -> Response:
    query = request.query_params
    limit = query.get("limit", "50")
    if not limit.isdigit() or not 1 <= int(limit) <= 200:
        return _wrong("limit")
    try:
        at = int(base64.b64decode(query["cursor"]).decode()) if query.get("cursor") else 0
    except (ValueError, binascii.Error):
        return _wrong("cursor")
    end = at + int(limit)
    cursor = base64.b64encode(str(end).encode()).decode() if end < len(rows) else None
    return JSONResponse({key: rows[at:end], "next_cursor": cursor})


def _basic(request: Request) -> tuple[str, str]:
    try:
        text = base64.b64decode(request.headers.get("authorization", "").removeprefix("Basic ")).decode()
    except (ValueError, binascii.Error):
        return "", ""
    name, _, secret = text.partition(":")
    return name, secret


def _unauthorized() -> Response:
    extra = {"retry_after": 3, "event_id": "e1"}
    said = {"error": "Unauthorized", "error_code": 477, "error_tag": "UNAUTHORIZED", "http_code": 401}
    return JSONResponse({**said, "error_extra": extra}, 401, {"www-authenticate": "Bearer"})


def _missing() -> Response:
    said = {"error": "Task not found", "error_code": 478, "error_tag": "NOT_FOUND", "http_code": 404}
    return JSONResponse({**said, "error_extra": {"event_id": "e2"}}, 404)


def _wrong(argument: str) -> Response:
    said = {"error": "Invalid argument", "error_code": 20, "error_tag": "INVALID_ARGUMENT_VALUE", "http_code": 400}
    return JSONResponse({**said, "error_extra": {"argument": argument, "event_id": "e3"}}, 400)
