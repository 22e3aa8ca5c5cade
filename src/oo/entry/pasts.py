"""What the command line may ask of people's pasts: a page of lines under names that mean nothing elsewhere."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from oo.contracts.features import Features
from oo.entry.wiring import Promises
from oo.ml.pipelines.pasts import write

PAGE = 50
"""People whose pasts are handed over together."""


async def pasts(promises: Promises, asked: Mapping[str, Any]) -> Any:
    """The next people's pasts after an id, as lines, and the id to go on from (none: that was all)."""
    found = await promises[Features].pasts(after=str(asked["after"]), limit=PAGE)
    salt = str(asked["salt"]).encode()
    return {"lines": [write(one, salt) for one in found], "after": found[-1].user if found else None}


DEEDS: Mapping[str, Callable[[Promises, Mapping[str, Any]], Awaitable[Any]]] = {"pasts": pasts}
