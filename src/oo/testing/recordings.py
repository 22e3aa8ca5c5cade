"""What a source's server said, recorded once and said again: for examining connectors without the server.

`Recorder` goes around a real client and keeps each exchange; `Recorded` answers the same questions from them. A
recording is JSON in a connector's `tests/samples/`, so that a reader sees what the API gives.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from oo.contracts.connectors import Answer, Http
from oo.testing.standins.http import judged

_CONDITIONS = ("if-none-match", "if-modified-since", "depth")
"""The headers that make another question of one."""


class Unknown(AssertionError):
    """The connector asks something that was not recorded."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and its answer."""

    method: str
    address: str
    sent: Mapping[str, Any] = field(default_factory=dict)
    """What went along: `params`, `form`, `json`, `content`, and the headers that count."""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""

    def row(self) -> dict[str, Any]:
        """As JSON has it; a body that is JSON stands as such, so that it can be read."""
        said: Any = self.body
        with contextlib.suppress(ValueError):
            said = json.loads(self.body)
        body = {"body": self.body} if isinstance(said, str | int | float | None) else {"json": said}
        return {
            "method": self.method,
            "address": self.address,
            "sent": dict(self.sent),
            "status": self.status,
            "headers": dict(self.headers),
            **body,
        }


def exchange_of(row: Mapping[str, Any]) -> Exchange:
    """Read what `row` wrote."""
    body = json.dumps(row["json"]) if "json" in row else str(row["body"])
    return Exchange(row["method"], row["address"], row["sent"], int(row["status"]), row["headers"], body)


@dataclass(frozen=True, slots=True)
class Recording:
    """Everything that was asked of one server."""

    base: str
    exchanges: tuple[Exchange, ...]

    def text(self) -> str:
        """As it is kept."""
        rows = [one.row() for one in self.exchanges]
        return json.dumps({"base": self.base, "exchanges": rows}, indent=1, ensure_ascii=False) + "\n"


def recording_of(text: str) -> Recording:
    """Read what `Recording.text` wrote."""
    said = json.loads(text)
    return Recording(said["base"], tuple(map(exchange_of, said["exchanges"])))


class Recorder:
    """A client that keeps what it is told; each question once."""

    def __init__(self, inner: Http) -> None:
        self._inner = inner
        self.base = inner.base
        self.exchanges: list[Exchange] = []

    async def ask(self, method: str, address: str, *, expect: Collection[int] = (), **sent: Any) -> Answer:
        """See `Http.ask`."""
        answer = await self._inner.ask(method, address, expect=expect, **sent)
        kept = {
            name: value for name, value in answer.headers.items() if name in ("content-type", "etag", "last-modified")
        }
        body = answer.body.decode()
        known = [(one.method, one.address, one.sent) for one in self.exchanges]
        if (method, address, own := _parts(sent)) not in known:
            self.exchanges.append(Exchange(method, address, own, answer.status, kept, body))
        return answer

    def recording(self, base: str) -> Recording:
        """What was kept, as if the server had this address."""
        here = self.base.rstrip("/")
        rows = [json.loads(json.dumps(one.row()).replace(here, base.rstrip("/"))) for one in self.exchanges]
        return Recording(base, tuple(map(exchange_of, rows)))


class Recorded:
    """A client that answers from a recording; `spoil` changes an answer on its way."""

    def __init__(self, recording: Recording) -> None:
        self.base = recording.base
        self._exchanges = recording.exchanges
        self.asked: list[Exchange] = []
        self.spoiled: Answer | None = None
        """What is said to each question from now on."""

    async def ask(self, method: str, address: str, *, expect: Collection[int] = (), **sent: Any) -> Answer:
        """See `Http.ask`; raises `Unknown` for what was not recorded."""
        if self.spoiled is not None:
            return judged(self.spoiled, expect)
        own = _parts(sent)
        for one in self._exchanges:
            if (one.method, one.address, one.sent) == (method, address, own):
                self.asked.append(one)
                return judged(Answer(one.status, one.headers, one.body.encode(), self.base), expect)
        raise Unknown(f"not recorded: {method} {address} {own}")


def _parts(sent: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in ("params", "form", "json"):
        if sent.get(name) is not None:
            found[name] = json.loads(json.dumps(sent[name], default=str))
    if sent.get("content"):
        found["content"] = bytes(sent["content"]).decode()
    headers = {name.lower(): value for name, value in (sent.get("headers") or {}).items()}
    counting = {name: headers[name] for name in _CONDITIONS if name in headers}
    return found | ({"headers": counting} if counting else {})


def questions(recorded: Recorded) -> Sequence[str]:
    """What a connector asked, in short."""
    return [f"{one.method} {one.address}" for one in recorded.asked]
