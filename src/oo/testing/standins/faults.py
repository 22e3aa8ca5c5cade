"""What other people's servers do on bad days, as switches around any stand-in."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Any]]
Send: TypeAlias = Callable[[Any], Awaitable[None]]
App: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]
Kind: TypeAlias = Literal["html", "half", "huge", "redirect", "drip", "bomb", "status"]

HUGE = 50_000_000
"""Bytes of a page that nobody should take."""
_PAGE = b"<!doctype html><title>Maintenance</title><h1>Back soon</h1>"


@dataclass(slots=True)
class Fault:
    """One thing going wrong: `times` answers long, for paths that hold `path`."""

    kind: Kind
    status: int = 200
    times: int | None = None
    """None until it is taken away."""
    path: str = ""
    retry_after: str | None = None
    to: str = "http://127.0.0.1:1/latest/meta-data/"
    body: bytes = b""


@dataclass(slots=True)
class Faults:
    """The application with its switches; without a fault it answers as it would. Counts what it was asked."""

    app: App
    armed: list[Fault] = field(default_factory=list)
    delay: float = 0.0
    """Seconds that each answer takes."""
    asked: list[str] = field(default_factory=list)
    """Method and path of every request, without the query."""

    def arm(self, kind: Kind, **how: Any) -> Fault:
        """From now on: answer so."""
        fault = Fault(kind, **how)
        self.armed.append(fault)
        return fault

    def fail(self, status: int, **how: Any) -> Fault:
        """From now on: answer with this status."""
        return self.arm("status", status=status, **how)

    def heal(self) -> None:
        """All is well again."""
        self.armed.clear()

    def count(self, part: str = "") -> int:
        """How many requests had this in their method and path."""
        return sum(part in one for one in self.asked)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or fail as the first fault that fits says."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        self.asked.append(f"{scope['method']} {scope['path']}")
        if self.delay:
            await asyncio.sleep(self.delay)
        fault = next((one for one in self.armed if one.path in scope["path"]), None)
        if fault is None:
            await self.app(scope, receive, send)
            return
        if fault.times is not None:
            fault.times -= 1
            if fault.times <= 0:
                self.armed.remove(fault)
        if fault.kind == "half":
            await self._half(scope, receive, send)
        else:
            await _fail(fault, send)

    async def _half(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The answer, cut off in the middle, as if that were all of it."""
        parts: list[bytes] = []
        start: dict[str, Any] = {}

        async def keep(message: Any) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                parts.append(message.get("body", b""))

        await self.app(scope, receive, keep)
        body = b"".join(parts)
        body = body[: len(body) // 2]
        headers = [(name, value) for name, value in start["headers"] if name != b"content-length"]
        await send({**start, "headers": [*headers, (b"content-length", str(len(body)).encode())]})
        await send({"type": "http.response.body", "body": body})


async def _fail(fault: Fault, send: Send) -> None:
    headers: list[tuple[bytes, bytes]] = [(b"content-type", b"text/html; charset=utf-8")]
    if fault.kind == "redirect":
        headers.append((b"location", fault.to.encode()))
        await _answer(send, 302, headers, b"")
    elif fault.kind == "status":
        if fault.retry_after is not None:
            headers.append((b"retry-after", fault.retry_after.encode()))
        await _answer(send, fault.status, headers, fault.body or _PAGE)
    elif fault.kind == "html":
        await _answer(send, 200, headers, _PAGE)
    elif fault.kind == "bomb":
        import zlib

        zipper = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
        body = zipper.compress(b" " * HUGE) + zipper.flush()
        await _answer(send, 200, [*headers, (b"content-encoding", b"gzip")], body)
    else:
        await _trickle(send, headers, piece=b" " * 65_536 if fault.kind == "huge" else b" ", drip=fault.kind == "drip")


async def _trickle(send: Send, headers: list[tuple[bytes, bytes]], piece: bytes, *, drip: bool) -> None:
    """A body without a declared length: very much of it, or a byte now and then, until nobody listens."""
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    try:
        for _ in range(HUGE // len(piece)):
            await send({"type": "http.response.body", "body": piece, "more_body": True})
            if drip:
                await asyncio.sleep(0.1)
        await send({"type": "http.response.body", "body": b""})
    except (OSError, RuntimeError):
        return


async def _answer(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [*headers, (b"content-length", str(len(body)).encode())],
        }
    )
    await send({"type": "http.response.body", "body": body})
