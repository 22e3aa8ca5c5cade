"""Is a change meant by the person whose cookie it has? Origin first, then the session's token (ASVS 3.5.1-3.5.3)."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, MutableMapping
from typing import Any
from urllib.parse import parse_qs

from oo.kernel.http.problems import Receive, Refusal
from oo.kernel.http.site import Site

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
BODY_LIMIT = 256 * 1024
UPLOAD_LIMIT = 6 * 1024 * 1024
"""Bytes that a path for uploads takes."""
TOKEN_FIELD = "csrf"  # noqa: S105 - the name of a form field
_FIELDS = 200


def check_origin(site: Site, headers: Mapping[bytes, bytes]) -> None:
    """Refuse a change that another site's page sent.

    Browsers say where a POST came from in `Sec-Fetch-Site`, older ones in `Origin`; what says neither is no browser and
    holds nobody's cookie by accident. `Origin: null` (a no-referrer policy makes it so) counts only beside the former.
    """
    place, origin = headers.get(b"sec-fetch-site"), headers.get(b"origin")
    if place is not None and place not in (b"same-origin", b"none"):
        raise _elsewhere()
    if origin is None or (origin == b"null" and place is not None):
        return
    if origin.decode("latin-1").lower() != site.origin:
        raise _elsewhere()


async def check_token(
    token: str, scope: Mapping[str, Any], headers: Mapping[bytes, bytes], receive: Receive, *, upload: bool = False
) -> Receive:
    """Refuse a change without the session's token or a body that no foreign form can send; the `receive` to go on with.

    The token is the header `X-CSRF` or the form field `csrf`. JSON needs none: a foreign page cannot send that type
    without asking first, and oO never says yes. Nor does a call of the API without any body: a browser that sends one
    for a foreign page says so in `Origin`, and it has been refused before. A form with a file is taken on a path for
    uploads only, with the token as its first field.
    """
    given = headers.get(b"x-csrf")
    if given is not None:
        _compare(token, given.decode("latin-1"))
        return receive
    media = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
    if media == b"application/json":
        return receive
    if not media and _is_empty(headers) and scope["path"].startswith("/api/"):
        return receive
    if upload and media == b"multipart/form-data":
        body = await _whole(receive)
        _compare(token, _first_field(headers[b"content-type"], body))
        return _again(body, receive)
    if media != b"application/x-www-form-urlencoded":
        raise Refusal(415, "type-unknown", "This cannot be read: send JSON, or a form.")
    body = await _whole(receive)
    try:
        fields = parse_qs(body.decode("ascii"), max_num_fields=_FIELDS)
    except ValueError:
        raise Refusal(400, "form-unreadable", "This form cannot be read.") from None
    _compare(token, fields.get(TOKEN_FIELD, [""])[-1])
    return _again(body, receive)


def limited(headers: Mapping[bytes, bytes], receive: Receive, limit: int = BODY_LIMIT) -> Receive:
    """A `receive` that ends a body over the limit; raises `Refusal` at once for one that says so itself."""
    length = headers.get(b"content-length")
    if length is None:
        return _counted(receive, limit)
    if not length.isdigit() or int(length) > limit:
        raise _too_large(limit)
    return receive


def _counted(receive: Receive, limit: int) -> Receive:
    size = 0

    async def counting() -> MutableMapping[str, Any]:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > limit:
            raise _too_large(limit)
        return message

    return counting


def _again(body: bytes, receive: Receive) -> Receive:
    read = False

    async def replaying() -> MutableMapping[str, Any]:
        nonlocal read
        if read:
            return await receive()
        read = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replaying


async def _whole(receive: Receive) -> bytes:
    parts: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise Refusal(400, "cut-off", "This form arrived in part only.")
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


def _is_empty(headers: Mapping[bytes, bytes]) -> bool:
    return headers.get(b"content-length", b"0") == b"0" and b"transfer-encoding" not in headers


def _first_field(media: bytes, body: bytes) -> str:
    """The value of the field `csrf` when that is the first one, exactly as browsers write it (RFC 7578)."""
    boundary = b"--" + media.partition(b"boundary=")[2].partition(b";")[0].strip().strip(b'"')
    head = boundary + b'\r\nContent-Disposition: form-data; name="' + TOKEN_FIELD.encode() + b'"\r\n\r\n'
    if len(boundary) < 3 or not body.startswith(head):
        raise Refusal(400, "form-unreadable", "This form cannot be read.")
    return body[len(head) :].partition(b"\r\n" + boundary)[0].decode("latin-1")


def _compare(token: str, given: str) -> None:
    if not hmac.compare_digest(token.encode(), given.encode()):
        raise Refusal(403, "page-old", "This page is too old to act on. Load it again.")


def _elsewhere() -> Refusal:
    return Refusal(403, "came-from-elsewhere", "This came from another site. Nothing was changed.")


def _too_large(limit: int) -> Refusal:
    return Refusal(413, "too-large", f"This is more than the {limit // 1024} kB that oO takes at once.")
