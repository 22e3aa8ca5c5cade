"""Work that keeps a processor busy is done in a child: it gets rows, gives rows back, and opens no database.

A child is spawned, not forked: it has none of its parent's threads, connections and keys. It ends with it, and one
that was killed is an error of the work that it did, which is tried again with another child.
"""

from __future__ import annotations

import asyncio
import ctypes
import gc
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from typing import Any, TypeVar

from oo.kernel.log import get_logger

T = TypeVar("T")

_PARENT_ENDS = 1  # PR_SET_PDEATHSIG
_CLIENTS = frozenset({"psycopg", "nats"})

log = get_logger("children")


class ChildDied(Exception):
    """A child ended in the middle of its work: killed, or out of memory."""


class NotForChildren(Exception):
    """A child reached for a database or a queue; it gets rows and gives rows back."""


class Children:
    """A few children, made when they are first needed."""

    def __init__(self, count: int = 1) -> None:
        """At most `count` at once; more work waits."""
        self._count = count
        self._pool: ProcessPoolExecutor | None = None

    async def run(self, work: Callable[..., T], *rows: Any) -> T:
        """What `work`, a function of a module, makes of rows; raises `ChildDied`, or what it raised."""
        pool = self._pool or self._made()
        try:
            return await asyncio.get_running_loop().run_in_executor(pool, work, *rows)
        except BrokenExecutor:
            if self._pool is pool:
                self._pool = None
                pool.shutdown(wait=False)
            log.warning("child.died")
            raise ChildDied(f"a child ended while it did {work.__module__}.{work.__qualname__}") from None

    def close(self) -> None:
        """End them."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=True, cancel_futures=True)

    def _made(self) -> ProcessPoolExecutor:
        self._pool = pool(self._count)
        return self._pool


def pool(count: int) -> ProcessPoolExecutor:
    """The children themselves, for a command, which has no loop to wait in; used as a context."""
    return ProcessPoolExecutor(
        count, mp_context=multiprocessing.get_context("spawn"), initializer=_begin, initargs=(os.getpid(),)
    )


def _begin(parent: int) -> None:
    """In a child: end with the parent, leave its signals to it, and open no database."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(_PARENT_ENDS, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before this line
        os._exit(1)
    # As in the parent: rows come and go in large numbers and make no cycles to speak of.
    gc.set_threshold(20_000, 20, 20)
    sys.addaudithook(_refuse)


def _refuse(event: str, given: tuple[Any, ...]) -> None:
    if event == "sqlite3.connect" or (event == "import" and str(given[0]).partition(".")[0] in _CLIENTS):
        raise NotForChildren(f"{event}: a child gets rows and gives rows back")
