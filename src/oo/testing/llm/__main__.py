"""Runs the stand-in until it is stopped: `python -m oo.testing.llm [--port N] [--fault "429"] [--seconds 2]`."""

from __future__ import annotations

import argparse
import asyncio

from oo.testing.llm.answers import FAULTS, good, slow
from oo.testing.llm.server import stand_in


async def _run(port: int, fault: str | None, seconds: float) -> None:
    async with stand_in(slow(seconds, good) if fault is None else FAULTS[fault], port=port) as running:
        print(running.url, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--port", type=int, default=0)
    reader.add_argument("--fault", choices=sorted(FAULTS))
    reader.add_argument("--seconds", type=float, default=0.0)
    given = reader.parse_args()
    asyncio.run(_run(given.port, given.fault, given.seconds))
