"""The stand-in's routes: OAuth, the list of calendars, events, watch channels; errors in Google's shape."""

from __future__ import annotations

import hashlib
import json
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from oo.kernel.clock import SystemClock
from oo.testing.google.calendars import Calendar
from oo.testing.google.oauth import CLIENT_ID, CLIENT_SECRET, Access
from oo.testing.standins.faults import Faults

_ALONE = ("iCalUID", "orderBy", "privateExtendedProperty", "q", "sharedExtendedProperty", "timeMin", "timeMax")
_TOO_OLD = "Sync token is no longer valid, a full sync is required."


@dataclass(slots=True)
class Channel:
    """A watch."""

    id: str
    token: str
    address: str
    calendar: str
    expires: datetime
    messages: int = 0


@dataclass(slots=True)
class Google:
    """One account at the stand-in; `faults` is the application to serve."""

    calendars: dict[str, Calendar] = field(default_factory=dict)
    access: Access = field(default_factory=Access)
    channels: dict[str, Channel] = field(default_factory=dict)
    clock: Callable[[], datetime] = field(default_factory=lambda: SystemClock().now)
    skew: timedelta = timedelta(0)
    """How far its clock is ahead."""
    really: str = ""
    """Where it finds whoever has a public address, in place of scheme and host; nothing: there."""
    page: int = 250
    """Events a page, at most."""
    faults: Faults = field(init=False)

    def __post_init__(self) -> None:
        """Lay out the routes."""
        routes = [
            Route("/o/oauth2/v2/auth", self._authorize),
            Route("/token", self._token, methods=["POST"]),
            Route("/revoke", self._revoke, methods=["POST"]),
            Route("/calendar/v3/users/me/calendarList", self._list),
            Route("/calendar/v3/calendars/{id}/events", self._events),
            Route("/calendar/v3/calendars/{id}/events/watch", self._watch, methods=["POST"]),
            Route("/calendar/v3/channels/stop", self._stop, methods=["POST"]),
        ]
        self.faults = Faults(Starlette(routes=routes))

    def calendar(self, id: str = "ada@example.com", **how: Any) -> Calendar:
        """A calendar of the account, made when it is new; the first is the primary one."""
        if id not in self.calendars:
            self.calendars[id] = Calendar(id, primary=not self.calendars, **how)
        return self.calendars[id]

    def settings(self, url: str) -> dict[str, str]:
        """What oO is told of it, by the names in `Settings.providers`."""
        return {
            "google_client_id": CLIENT_ID,
            "google_client_secret": CLIENT_SECRET,
            "google_auth_url": f"{url}/o/oauth2/v2/auth",
            "google_token_url": f"{url}/token",
            "google_api_url": f"{url}/calendar/v3/",
            "google_revoke_url": f"{url}/revoke",
        }

    def notify(self) -> list[int]:
        """Tell every channel that lasts, as Google does; the answers' statuses."""
        return [self._notice(one, "exists") for one in self.channels.values() if one.expires > self._now()]

    def _now(self) -> datetime:
        return self.clock() + self.skew

    async def _authorize(self, request: Request) -> Response:
        try:
            return RedirectResponse(self.access.authorize(dict(request.query_params)), 302)
        except ValueError as error:
            return Response(f"<h1>Error 400: {error}</h1>", 400, media_type="text/html")

    async def _token(self, request: Request) -> Response:
        status, said = self.access.token({key: str(value) for key, value in (await request.form()).items()})
        return JSONResponse(said, status)

    async def _revoke(self, request: Request) -> Response:
        form = await request.form()
        status, said = self.access.revoke(str(form.get("token", request.query_params.get("token", ""))))
        return JSONResponse(said, status)

    async def _list(self, request: Request) -> Response:
        if (refused := self._refused(request)) is not None:
            return refused
        items = [one.listed() for one in self.calendars.values()]
        return JSONResponse({"kind": "calendar#calendarList", "items": items, "nextSyncToken": "list"})

    async def _events(self, request: Request) -> Response:
        if (refused := self._refused(request)) is not None:
            return refused
        calendar = self.calendars.get(_id(request, self.calendars))
        if calendar is None:
            return problem(404, "notFound", "Not Found")
        query = request.query_params
        single = query.get("singleEvents") == "true"
        since: int | None = None
        if "syncToken" in query:
            if any(name in query for name in (*_ALONE, "updatedMin")):
                return problem(400, "invalid", "Sync token cannot be used with the parameters")
            mark, _, version = query["syncToken"].partition("=")
            if mark != _mark(calendar, single) or not version.isdigit() or int(version) < calendar.oldest:
                return problem(410, "fullSyncRequired", _TOO_OLD, location="syncToken")
            since = int(version)
        if single and since is None:
            found = calendar.instances(_bound(query, "timeMin"), _bound(query, "timeMax"))
        else:
            found = calendar.masters(since)
        return JSONResponse(self._paged(calendar, found, query, f"{_mark(calendar, single)}={calendar.version}"))

    def _paged(
        self, calendar: Calendar, found: list[dict[str, Any]], query: Mapping[str, str], token: str
    ) -> dict[str, Any]:
        size = max(1, min(int(query.get("maxResults", "250")), 2500, self.page))
        begin = int(query.get("pageToken", "p0").removeprefix("p"))
        said: dict[str, Any] = {"kind": "calendar#events", "summary": "Mine", "timeZone": calendar.zone}
        said |= {"updated": f"{self._now():%Y-%m-%dT%H:%M:%SZ}", "items": found[begin : begin + size]}
        if begin + size < len(found):
            said["nextPageToken"] = f"p{begin + size}"
        elif query.get("orderBy") is None:
            said["nextSyncToken"] = token
        return chosen(said, query.get("fields", ""))

    async def _watch(self, request: Request) -> Response:
        if (refused := self._refused(request)) is not None:
            return refused
        wanted = await request.json()
        if wanted.get("type") != "web_hook" or not str(wanted.get("address", "")).startswith("http"):
            return problem(400, "invalid", "WebHook callback must be HTTPS")
        if wanted.get("id") in self.channels:
            return problem(400, "channelIdNotUnique", "Channel id not unique")
        lasts = timedelta(seconds=int((wanted.get("params") or {}).get("ttl", "604800")))
        own = _id(request, self.calendars)
        channel = Channel(wanted["id"], wanted.get("token", ""), wanted["address"], own, self._now() + lasts)
        self.channels[channel.id] = channel
        expires = str(int(channel.expires.timestamp() * 1000))
        said = {"kind": "api#channel", "id": channel.id, "resourceId": own, "expiration": expires}
        return JSONResponse(said | ({"token": channel.token} if channel.token else {}))

    async def _stop(self, request: Request) -> Response:
        if (refused := self._refused(request)) is not None:
            return refused
        known = self.channels.pop((await request.json()).get("id", ""), None)
        return Response(status_code=204) if known else problem(404, "notFound", "Channel not found")

    def _notice(self, channel: Channel, state: str) -> int:
        channel.messages += 1
        headers = {
            "X-Goog-Channel-ID": channel.id,
            "X-Goog-Channel-Token": channel.token,
            "X-Goog-Resource-ID": channel.calendar,
            "X-Goog-Resource-State": state,
            "X-Goog-Message-Number": str(channel.messages),
        }
        there = urlsplit(channel.address)
        address = f"{self.really}{there.path}" if self.really else channel.address
        asked = urllib.request.Request(address, data=b"", headers=headers, method="POST")  # noqa: S310
        try:
            with urllib.request.urlopen(asked, timeout=30) as answer:  # noqa: S310
                return int(answer.status)
        except urllib.error.HTTPError as refused:
            return refused.code
        except OSError:
            return 0

    def _refused(self, request: Request) -> Response | None:
        if self.access.allows(request.headers.get("authorization", "")):
            return None
        return problem(401, "authError", "Invalid Credentials", location="Authorization")


def problem(status: int, reason: str, message: str, location: str = "") -> Response:
    """An error as Google writes it."""
    return JSONResponse(json.loads(problem_body(status, reason, message, location)), status)


def problem_body(status: int, reason: str, message: str, location: str = "") -> bytes:
    """The body of such an error, for `Faults`."""
    one = {"domain": "calendar", "reason": reason, "message": message}
    if location:
        one |= {"locationType": "parameter", "location": location}
    return json.dumps({"error": {"errors": [one], "code": status, "message": message}}).encode()


def chosen(said: dict[str, Any], fields: str) -> dict[str, Any]:
    """A partial response: `nextPageToken,items(id,status)`.

    >>> chosen({"a": 1, "items": [{"id": "x", "summary": "y"}]}, "items(id)")
    {'items': [{'id': 'x'}]}
    """
    if not fields:
        return said
    top, _, rest = fields.partition("items(")
    inner, _, after = rest.partition(")")
    names = {one for one in (*top.split(","), *after.split(",")) if one}
    kept = {key: value for key, value in said.items() if key in names}
    if inner:
        wanted = {one.partition("/")[0] for one in inner.split(",")}
        kept["items"] = [{key: value for key, value in one.items() if key in wanted} for one in said["items"]]
    return kept


def _id(request: Request, calendars: Mapping[str, Calendar]) -> str:
    named = str(request.path_params["id"])
    return next((one.id for one in calendars.values() if one.primary), named) if named == "primary" else named


def _mark(calendar: Calendar, single: object) -> str:
    """What a sync token is for: the calendar, and the parameters that have to stay the same."""
    return hashlib.sha256(f"{calendar.id}/{single}".encode()).hexdigest()[:12]


def _bound(query: Mapping[str, str], name: str) -> datetime | None:
    return datetime.fromisoformat(query[name]) if name in query else None
