"""People who react to tips over HTTP and try again until they are answered: what was acknowledged is written down."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from tests.chaos.people import Person

_ANSWER_SECONDS = 10.0
_AGAIN_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A reaction that was answered with 200."""

    user: str
    key: str
    at: float
    """When, on the monotonic clock."""
    latency: float
    """Seconds that its last try took."""
    tries: int


@dataclass
class Writers:
    """Sends reactions at a steady rate, to one or more doors, from as many people as there are."""

    ports: Sequence[int]
    people: Sequence[Person]
    per_second: float
    """Of all of them together, as long as they are answered in time."""
    lines: int = 24
    acknowledged: list[Acknowledged] = field(default_factory=list)
    refused: dict[int, int] = field(default_factory=dict)
    """Answers that no second try can change, by status."""
    faults: int = 0
    """Answers of 500 and more, each tried again."""
    _stopping: bool = False

    async def run(self) -> None:
        """Write until `stop`, or until every tip is answered; what was begun is brought to its end."""
        share = [list(self.people[n :: self.lines]) for n in range(self.lines)]
        await asyncio.gather(*(self._line(n, mine) for n, mine in enumerate(share) if mine))

    def stop(self) -> None:
        """Begin nothing new."""
        self._stopping = True

    def forget(self) -> None:
        """Take the latencies from here on."""
        self.acknowledged.clear()

    async def _line(self, number: int, mine: Sequence[Person]) -> None:
        door = Door(self.ports[number % len(self.ports)])
        pause = min(self.lines, len(self.people)) / self.per_second
        due = time.monotonic() + pause * number / self.lines
        for turn in range(len(mine[0].tips)):
            for person in mine:
                if self._stopping:
                    door.close()
                    return
                now = time.monotonic()
                if due > now:
                    await asyncio.sleep(due - now)
                due = max(due + pause, now)
                await self._one(door, person, reaction(person, turn))
        door.close()

    async def _one(self, door: Door, person: Person, body: Mapping[str, object]) -> None:
        """Send one reaction until it is answered: the same key each time, as a device does."""
        tries = 0
        while True:
            tries += 1
            began = time.monotonic()
            try:
                # The same body each time, so that it is the same reaction.
                status = await asyncio.wait_for(door.post("/api/feedback", body, person.cookie), _ANSWER_SECONDS)
            except (OSError, EOFError, TimeoutError, ValueError):
                door.close()
                await asyncio.sleep(_AGAIN_SECONDS)
                continue
            now = time.monotonic()
            if status == 200:
                self.acknowledged.append(Acknowledged(person.user, str(body["key"]), now, now - began, tries))
                return
            if status >= 500 or status == 429:
                self.faults += status >= 500
                await asyncio.sleep(_AGAIN_SECONDS)
                continue
            self.refused[status] = self.refused.get(status, 0) + 1
            return


def reaction(person: Person, turn: int) -> Mapping[str, object]:
    """What somebody does with one of their tips, under a key of its own."""
    until = (datetime.now(UTC) + timedelta(hours=3)).isoformat()
    return {"key": f"k{turn}", "tip": person.tips[turn], "action": "snooze", "until": until}


class Door:
    """One connection, opened when it is needed and again after it was lost."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.retry_after = ""
        self.body = b""
        """Of the last answer."""
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, path: str, body: object, cookie: str) -> int:
        """The status of a POST as a page's fetch sends it; raises `OSError` or `EOFError` when the line is lost."""
        sent = json.dumps(body).encode()
        head = (
            f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1:{self.port}\r\norigin: http://127.0.0.1:{self.port}\r\n"
            f"sec-fetch-site: same-origin\r\ncontent-type: application/json\r\ncontent-length: {len(sent)}\r\n"
            f"cookie: {cookie}\r\n\r\n"
        )
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self.port)
        reader, writer = self._streams
        writer.write(head.encode() + sent)
        await writer.drain()
        answer = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        fields = dict(line.split(": ", 1) for line in answer.split("\r\n")[1:] if ": " in line)
        self.body = await reader.readexactly(int(fields.get("content-length", "0")))
        self.retry_after = fields.get("retry-after", "")
        return int(answer[9:12])

    def close(self) -> None:
        """Let the connection go."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share of them stayed under; 0 of none."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else 0.0


async def until(seen: Callable[[], bool], seconds: float, every: float = 0.1) -> float | None:
    """Seconds that it took until this was so; None when it never was."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        if await asyncio.to_thread(seen):
            return time.monotonic() - began
        await asyncio.sleep(every)
    return None
