"""The session's cookie: `__Host-oo` over https, `oo` on the own machine; never readable by scripts."""

from __future__ import annotations

from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response


def keep(request: Request, response: Response, value: str, expires: datetime) -> None:
    """Send the session's cookie with the response."""
    secure = request.url.scheme == "https"
    response.set_cookie(_name(request), value, expires=expires, path="/", secure=secure, httponly=True, samesite="lax")


def drop(request: Request, response: Response) -> None:
    """Take the session's cookie back."""
    secure = request.url.scheme == "https"
    response.delete_cookie(_name(request), path="/", secure=secure, httponly=True, samesite="lax")


def _name(request: Request) -> str:
    return "__Host-oo" if request.url.scheme == "https" else "oo"
