"""A calendar behind a secret address, with or without the headers that save reading it twice."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from oo.testing.standins.faults import Faults

SECRET = "/calendar/private-0123456789abcdef/basic.ics"  # noqa: S105 - the path of the stand-in's one feed


@dataclass(slots=True)
class Feed:
    """One feed; `faults` is the application to serve."""

    body: bytes = b""
    etag: bool = True
    modified: str | None = None
    """A `Last-Modified`."""
    stamps: bool = False
    """Whether each answer has another DTSTAMP, as many servers write it."""
    full: int = 0
    unchanged: int = 0
    faults: Faults = field(init=False)

    def __post_init__(self) -> None:
        """Lay out the routes: the feed, and an address that leads to it."""
        self.faults = Faults(Starlette(routes=[Route(SECRET, self._feed), Route("/moved.ics", self._moved)]))

    async def _moved(self, request: Request) -> Response:
        return RedirectResponse(SECRET, 301)

    async def _feed(self, request: Request) -> Response:
        headers: dict[str, str] = {}
        if self.etag:
            headers["etag"] = f'"{hashlib.sha256(self.body).hexdigest()[:16]}"'
        if self.modified:
            headers["last-modified"] = self.modified
        same = request.headers.get("if-none-match") == headers.get("etag", "none")
        since = request.headers.get("if-modified-since")
        if same or (self.modified is not None and since == self.modified):
            self.unchanged += 1
            return Response(status_code=304, headers=headers)
        self.full += 1
        body = self.body
        if self.stamps:
            body = body.replace(b"BEGIN:VEVENT\r\n", b"BEGIN:VEVENT\r\nDTSTAMP:20261121T%06dZ\r\n" % self.full)
        return Response(body, media_type="text/calendar", headers=headers)
