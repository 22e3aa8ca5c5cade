"""An ASGI application over real HTTP, in a thread of its own, so that whoever tests it may use any loop."""

from __future__ import annotations

import socket
import threading
import time
from types import TracebackType
from typing import Any

import uvicorn

_SECONDS = 20.0


class Standing:
    """A server on 127.0.0.1 for as long as the context lasts; it can go down and come back at the same address."""

    def __init__(self, app: Any, *, port: int = 0) -> None:
        self._app = app
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            self.port: int = probe.getsockname()[1]
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Its origin, such as `http://127.0.0.1:15800`."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def host(self) -> str:
        """Host and port, as `OO_ALLOWED_HOSTS` and the like name it."""
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        """Begin to answer; raises `RuntimeError` when it never does."""
        # Without a log of its own: levels are the whole process's, and other tests read what uvicorn says.
        config = uvicorn.Config(
            self._app,
            host="127.0.0.1",
            port=self.port,
            log_config=None,
            access_log=False,
            lifespan="off",
            ws="none",
            loop="asyncio",
        )
        self._server = uvicorn.Server(config)
        self._server.config.timeout_graceful_shutdown = 1
        self._thread = threading.Thread(target=self._server.run, name=f"stand-in-{self.port}", daemon=True)
        self._thread.start()
        until = time.monotonic() + _SECONDS
        while not self._server.started:
            if time.monotonic() > until or not self._thread.is_alive():
                raise RuntimeError(f"the stand-in on port {self.port} did not start")
            time.sleep(0.01)

    def stop(self) -> None:
        """Go down; whoever asks now is refused."""
        if self._server is None or self._thread is None:
            return
        self._server.should_exit = True
        self._thread.join(_SECONDS)
        self._server = self._thread = None

    def __enter__(self) -> Standing:
        """Started."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stopped."""
        self.stop()
