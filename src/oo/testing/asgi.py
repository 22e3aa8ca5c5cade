"""Asks an ASGI application without a network, header by header, so that a test decides every byte of a request."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlencode, urlsplit


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    raw: tuple[tuple[bytes, bytes], ...]
    body: bytes

    @property
    def headers(self) -> dict[str, str]:
        """Headers by name; of several of one name, all values on lines of their own."""
        found: dict[str, str] = {}
        for name, value in self.raw:
            key = name.decode().lower()
            found[key] = f"{found[key]}\n{value.decode()}" if key in found else value.decode()
        return found

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


async def ask(
    app: Any,
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
    form: Mapping[str, str] | Sequence[tuple[str, str]] | None = None,
    data: object = None,
    client: str = "127.0.0.1",
    chunks: int = 1,
) -> Answer:
    """The answer to one request; `form` and `data` make body and type; a `url` without a host goes to 127.0.0.1."""
    parts = urlsplit(url if "://" in url else f"http://127.0.0.1:8042{url}")
    sent = {"host": parts.netloc}
    if form is not None:
        body, sent["content-type"] = urlencode(form).encode(), "application/x-www-form-urlencoded"
    if data is not None:
        body, sent["content-type"] = json.dumps(data).encode(), "application/json"
    if body and chunks == 1:
        sent["content-length"] = str(len(body))
    sent |= {name.lower(): value for name, value in (headers or {}).items()}
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": method,
        "scheme": parts.scheme,
        "path": unquote(parts.path or "/"),
        "raw_path": (parts.path or "/").encode(),
        "root_path": "",
        "query_string": parts.query.encode(),
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in sent.items()],
        "client": (client, 50000),
        "server": ("127.0.0.1", 8042),
        "state": {},
    }
    return await _exchange(app, scope, body, chunks)


async def _exchange(app: Any, scope: dict[str, Any], body: bytes, chunks: int) -> Answer:
    size = -(-len(body) // chunks) or 1
    parts = [body[start : start + size] for start in range(0, len(body), size)] or [b""]
    status, raw, answered = 0, [], []

    async def receive() -> dict[str, Any]:
        if not parts:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": parts.pop(0), "more_body": bool(parts)}

    async def send(message: dict[str, Any]) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            assert not status, "an answer began twice"
            status = message["status"]
            raw.extend(message.get("headers", ()))
        elif message["type"] == "http.response.body":
            answered.append(message.get("body", b""))

    await app(scope, receive, send)
    return Answer(status, tuple(raw), b"".join(answered))
