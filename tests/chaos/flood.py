"""One account that sends as fast as it may: a process of its own, so that it does not slow down those who measure.

Run by its path: port, cookie, requests a second, seconds. Prints what was answered, as JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path

_LINES = 16


async def _flood(port: int, cookie: str, per_second: float, seconds: float) -> dict[str, object]:
    from tests.chaos.writers import Door

    said: dict[str, int] = {}
    without = 0
    ends = time.monotonic() + seconds

    async def line(number: int) -> None:
        nonlocal without
        door = Door(port)
        due, turn = time.monotonic(), 0
        while time.monotonic() < ends:
            turn += 1
            body = {"key": f"f{number}-{turn}", "tip": "01NOSUCHTIP000000000000000", "action": "done"}
            status = await door.post("/api/feedback", body, cookie)
            said[str(status)] = said.get(str(status), 0) + 1
            without += status == 429 and not door.retry_after
            due = max(due + _LINES / per_second, time.monotonic() - 1)
            await asyncio.sleep(max(0.0, due - time.monotonic()))
        door.close()

    await asyncio.gather(*(line(number) for number in range(_LINES)))
    return {"statuses": said, "without_retry_after": without}


if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).parents[2])
    _port, _cookie, _rate, _seconds = sys.argv[1:]
    print(json.dumps(asyncio.run(_flood(int(_port), _cookie, float(_rate), float(_seconds)))))
