"""The session's cookie, given and taken back as the site that was asked wants it (`oo.kernel.http.site`)."""

from __future__ import annotations

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response


def keep(request: Request, response: Response, value: str, lasts: timedelta) -> None:
    """Send the session's cookie with the response."""
    response.headers.append("set-cookie", request.state.site.session_cookie(value, round(lasts.total_seconds())))


def drop(request: Request, response: Response) -> None:
    """Take the session's cookie back, and what the browser kept for offline with it."""
    response.headers["clear-site-data"] = '"storage"'
    response.headers.append("set-cookie", request.state.site.ended_cookie())
