"""A load generator on plain sockets: every connection waits for its answer, so that the server sets the pace."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

Kept = list[tuple[str, bytes]] | None


@dataclass(frozen=True, slots=True)
class Result:
    """What a run of requests took."""

    requests: int
    seconds: float
    latencies: Sequence[float]
    """Seconds, ascending."""
    statuses: dict[int, int]
    bodies: Sequence[tuple[str, bytes]] = ()
    """With `keep`: the cookie of each request and the body of its answer."""

    @property
    def per_second(self) -> float:
        """Requests answered a second."""
        return self.requests / self.seconds

    def percentile(self, share: float) -> float:
        """Latency in milliseconds that this share of the requests stayed under."""
        return self.latencies[min(int(len(self.latencies) * share), len(self.latencies) - 1)] * 1000


def post(path: str, body: bytes = b"{}", *, cookie: str | None = None, port: int = 0) -> bytes:
    """A whole POST request as bytes, as a browser's fetch on the same origin sends it."""
    lines = [
        f"POST {path} HTTP/1.1",
        f"host: 127.0.0.1:{port}",
        f"origin: http://127.0.0.1:{port}",
        "sec-fetch-site: same-origin",
        "content-type: application/json",
        f"content-length: {len(body)}",
    ]
    if cookie:
        lines.append(f"cookie: {cookie}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def run(port: int, requests: Sequence[bytes], clients: int, *, keep: bool = False) -> Result:
    """Send every request once, `clients` at a time."""
    return asyncio.run(_run(port, requests, clients, [] if keep else None))


async def _run(port: int, requests: Sequence[bytes], clients: int, kept: Kept) -> Result:
    waiting = iter(requests)
    latencies: list[float] = []
    statuses: dict[int, int] = {}
    started = time.perf_counter()
    await asyncio.gather(*(_client(port, waiting, latencies, statuses, kept) for _ in range(clients)))
    return Result(len(latencies), time.perf_counter() - started, sorted(latencies), statuses, kept or ())


async def _client(
    port: int, waiting: Iterator[bytes], latencies: list[float], statuses: dict[int, int], kept: Kept
) -> None:
    loop = asyncio.get_running_loop()
    _, protocol = await loop.create_connection(_Answers, "127.0.0.1", port)
    assert isinstance(protocol, _Answers)
    for request in waiting:
        before = time.perf_counter()
        status = await protocol.ask(request)
        latencies.append(time.perf_counter() - before)
        statuses[status] = statuses.get(status, 0) + 1
        if kept is not None:
            cookie = request.partition(b"cookie: ")[2].partition(b"\r\n")[0].decode()
            kept.append((cookie, protocol.body))
    protocol.transport.close()


class _Answers(asyncio.Protocol):
    """Reads one answer at a time: the head up to the blank line, then the length that it says."""

    transport: asyncio.Transport

    def __init__(self) -> None:
        self._buffer = self.body = b""
        self._answer: asyncio.Future[int] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def ask(self, request: bytes) -> asyncio.Future[int]:
        self._answer = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return self._answer

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, body = self._buffer.partition(b"\r\n\r\n")
        if not found:
            return
        at = head.lower().find(b"content-length:")
        length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(body) >= length and self._answer is not None and not self._answer.done():
            self._buffer, self.body = b"", body
            self._answer.set_result(int(head[9:12]))

    def connection_lost(self, error: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error or ConnectionError("the server closed the connection"))
