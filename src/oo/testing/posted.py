"""A real HTTP server on this machine that keeps what is posted to it, and fails as it is told: under the stand-ins."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Posted:
    """A request as it came."""

    method: str
    path: str
    headers: Mapping[str, str]
    """By lower-case name."""
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said to a request."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    hang_up: bool = False
    """The line is dropped, without a word."""
    keep_silent: bool = False
    """Nothing is said until the server stops."""


@dataclass(slots=True)
class Desk:
    """The server: where it is, and how it answers."""

    origin: str = ""
    answer: Callable[[Posted], Answer] = lambda _: Answer()
    posted: list[Posted] = field(default_factory=list)
    """Everything that came, in its order."""
    closing: threading.Event = field(default_factory=threading.Event)

    @property
    def host(self) -> str:
        """Its host and port."""
        return self.origin.removeprefix("http://")


@contextmanager
def desk(answer: Callable[[Posted], Answer] | None = None) -> Iterator[Desk]:
    """The server on a free port, until the end."""
    kept = Desk()
    if answer is not None:
        kept.answer = answer

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one_request(self) -> None:
            try:
                super().handle_one_request()
            except ConnectionError:
                self.close_connection = True

        def any_method(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            came = Posted(
                self.command,
                self.path,
                {name.lower(): value for name, value in self.headers.items()},
                self.rfile.read(length),
            )
            kept.posted.append(came)
            said = kept.answer(came)
            if said.keep_silent:
                kept.closing.wait()
            if said.hang_up or said.keep_silent:
                self.close_connection = True
                return
            self.send_response(said.status)
            for name, value in said.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(said.body)))
            self.end_headers()
            self.wfile.write(said.body)

        do_GET = do_POST = do_PUT = do_DELETE = any_method  # noqa: N815 - the names that the standard library asks for

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    kept.origin = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield kept
    finally:
        kept.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()
