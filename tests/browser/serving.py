"""The pages over HTTP on a free port of this machine, with stand-ins for the rooms behind them."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from oo.apps.web.tests.site import Site, made
from oo.kernel.clock import Clock


@contextmanager
def serving(clock: Clock) -> Iterator[tuple[Site, str]]:
    """A site and its origin, until the end."""
    site = made(clock)
    server = uvicorn.Server(uvicorn.Config(site.app, port=0, log_config=None, access_log=False, lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield site, f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(5)
