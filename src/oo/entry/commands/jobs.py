"""`oo jobs`: how far everything is that the clock says to do, asked of the running oO, or read here."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, TextIO

from oo.entry.control import NobodyThere, ask
from oo.kernel.settings import Settings

_HEADS = ("what", "tick", "begun", "shards", "done", "failed", "people", "rows", "state")


def run(settings: Settings, out: TextIO) -> int:
    """Print a line for each; 1 when something fails or is late, else 0."""
    asked = {"do": "jobs"}
    try:
        told = ask(settings.data, asked)
    except NobodyThere:
        told = asyncio.run(_here(settings, asked))
    if not told["jobs"]:
        out.write("Nothing was planned yet; a running oO does.\n")
        return 0
    for line in _table(told["jobs"]):
        out.write(f"{line}\n")
    return int(any(one["state"] != "well" for one in told["jobs"]))


async def _here(settings: Settings, asked: Mapping[str, Any]) -> Any:
    from oo.entry.commands.up import address_of
    from oo.entry.deeds import Deeds
    from oo.entry.wiring import house

    async with house(settings, background=False) as home:
        return await Deeds(home, address_of(settings)).do(asked)


def _table(jobs: Sequence[Mapping[str, Any]]) -> list[str]:
    rows = [_HEADS, *(tuple(str(one[head]) for head in _HEADS) for one in jobs)]
    widths = [max(len(row[at]) for row in rows) for at in range(len(_HEADS))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
