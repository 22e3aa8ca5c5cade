"""The session's cookie and a sign-in's, given and taken back as the site wants (`oo.kernel.http.site`)."""

from __future__ import annotations

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

PROVIDER, PASSKEY = "oo-in", "oo-key"
"""Names of a sign-in's cookie: two that go on at once don't take each other's."""


def keep(request: Request, response: Response, value: str, lasts: timedelta) -> None:
    """Send the session's cookie with the response."""
    response.headers.append("set-cookie", request.state.site.session_cookie(value, round(lasts.total_seconds())))


def drop(request: Request, response: Response) -> None:
    """Take the session's cookie back, and what the browser kept for offline with it."""
    response.headers["clear-site-data"] = '"storage"'
    response.headers.append("set-cookie", request.state.site.ended_cookie())


def prove(request: Request, response: Response, proof: str, seconds: int, kind: str = PROVIDER) -> None:
    """Give the browser what proves, when it comes back, that it is the one that began."""
    site = request.state.site
    secure = "; Secure" if site.secure else ""
    # Lax: a provider sends the browser back by a top-level GET, which a Strict cookie would miss.
    value = f"{_name(request, kind)}={proof}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"
    response.headers.append("set-cookie", value)


def proof(request: Request, kind: str = PROVIDER) -> str:
    """What the browser was given for a sign-in on its way, empty without one."""
    return request.cookies.get(_name(request, kind), "")


def _name(request: Request, kind: str) -> str:
    return f"__Host-{kind}" if request.state.site.secure else kind
