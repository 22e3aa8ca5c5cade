"""Pages that come ahead: the next one is asked for while the last one is stored."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")


async def ahead(found: AsyncIterator[T]) -> AsyncGenerator[T, None]:
    """The same in the same order, one at most fetched in advance; what goes wrong is raised in its place.

    Whoever closes it ends what is being fetched, and waits for that.
    """
    coming = asyncio.create_task(_next(found))
    try:
        while one := await coming:
            coming = asyncio.create_task(_next(found))
            yield one[0]
    finally:
        coming.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await coming
        if isinstance(found, AsyncGenerator):
            await found.aclose()


async def _next(found: AsyncIterator[T]) -> tuple[T] | None:
    try:
        return (await anext(found),)
    except StopAsyncIteration:
        return None
