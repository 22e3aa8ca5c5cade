"""Errors as answers: `application/problem+json` (RFC 9457) for programs, a page for people.

Anything raised with `status`, `code` and `detail` is an answer. All else is a fault of ours: the answer is a short
number, and the log has the same number beside the fault's type and place.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from oo.kernel.log import get_logger

MEDIA_TYPE = "application/problem+json"
API = "/api/"
"""Below this path programs ask; elsewhere people do."""

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]
Page = Callable[["Fault", MutableMapping[str, Any]], App | None]
"""Draws a fault as a page (any ASGI response) for the request of this scope; None leaves it to plain text."""

_SAID = {404: ("not-found", "Nothing here."), 405: ("method-unknown", "This address takes other methods.")}
_MOST_NAMED = 5
_SOON = ((b"retry-after", b"2"),)

log = get_logger("http")


class Refusal(Exception):
    """The edge does not let this in; says the status, a code and one sentence with the mend."""

    def __init__(self, status: int, code: str, detail: str, after: timedelta | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.after = after


@dataclass(frozen=True, slots=True)
class Fault:
    """What went wrong, as it is told to whoever asked."""

    status: int
    code: str
    detail: str
    number: str | None = None
    """Four characters that the log has too, for faults of ours."""
    headers: tuple[tuple[bytes, bytes], ...] = ()

    def as_json(self) -> bytes:
        """The problem document."""
        body: dict[str, object] = {
            "type": f"urn:oo:problem:{self.code}",
            "title": _phrase(self.status),
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
        }
        if self.number:
            body["number"] = self.number
        return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def fault_of(error: BaseException) -> Fault:
    """What an exception says to the outside; one of ours is logged here, under the number that the answer gives.

    Words (`status`, `code`, `detail`), Starlette's HTTP errors (`status_code`) and validation errors (`errors`) are
    known by their shape, so that no framework is loaded for it. A database that is away or full is nobody's fault here.
    """
    status, code, detail = (getattr(error, name, None) for name in ("status", "code", "detail"))
    if isinstance(status, int) and isinstance(code, str) and isinstance(detail, str):
        after = getattr(error, "after", None)
        wait = str(max(1, round(after.total_seconds()))).encode() if isinstance(after, timedelta) else None
        return Fault(status, code, detail, headers=((b"retry-after", wait),) if wait else ())
    status = getattr(error, "status_code", None)
    if isinstance(status, int):
        code, detail = _SAID.get(status, ("refused", f"{_phrase(status)}."))
        given = getattr(error, "headers", None) or {}
        return Fault(status, code, detail, headers=tuple((k.lower().encode(), v.encode()) for k, v in given.items()))
    if callable(list_errors := getattr(error, "errors", None)):
        return Fault(422, "invalid", unreadable(list_errors()))
    from oo.kernel.db.faults import is_database_at_fault  # loaded by whoever has a database anyway

    if is_database_at_fault(error):
        log.error("database.away", error=type(error).__name__)
        return Fault(503, "database-away", "The database can't be used just now. Try again in a moment.", headers=_SOON)
    number = secrets.token_hex(2)
    log.error("request.failed", failure=error, number=number)
    return Fault(500, "broken", f"Something broke here, not with you. Number {number}.", number)


def unreadable(errors: Iterable[Mapping[str, Any]]) -> str:
    """One sentence that names the fields pydantic could not read, and none of what they held."""
    named = dict.fromkeys(".".join(str(part) for part in error["loc"] if part != "body") for error in errors)
    fields = [field for field in named if field][:_MOST_NAMED]
    return f"What was sent cannot be understood{': ' if fields else ''}{', '.join(fields)}."


def wants_page(scope: Mapping[str, Any], headers: Mapping[bytes, bytes]) -> bool:
    """Whether a person is looking: a browser asked, and not for the API."""
    return b"text/html" in headers.get(b"accept", b"") and not scope["path"].startswith(API)


async def answer(
    fault: Fault, scope: MutableMapping[str, Any], receive: Receive, send: Send, page: Page | None = None
) -> None:
    """Send a fault as a page or as a problem document, whichever the request asked for."""
    media, body = MEDIA_TYPE, fault.as_json()
    if wants_page(scope, dict(scope["headers"])):
        drawn = _drawn(fault, scope, page)
        if drawn is not None:
            await drawn(scope, receive, _with(fault.headers, send))
            return
        media, body = "text/plain; charset=utf-8", fault.detail.encode()
    headers = [(b"content-type", media.encode()), (b"content-length", str(len(body)).encode()), *fault.headers]
    await send({"type": "http.response.start", "status": fault.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


def _with(headers: tuple[tuple[bytes, bytes], ...], send: Send) -> Send:
    async def sending(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", ()), *headers]
        await send(message)

    return sending if headers else send


def _drawn(fault: Fault, scope: MutableMapping[str, Any], page: Page | None) -> App | None:
    if page is None:
        return None
    try:
        return page(fault, scope)
    except Exception as error:  # the page of errors must not be the reason for having no answer
        log.error("page.failed", failure=error)
        return None


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Problem"
