"""An ntfy server in the place of the one that a person chose: it publishes, and asks for its token."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from oo.testing.channel_cases import Fault, Read
from oo.testing.postal import FAULTS, answer_of
from oo.testing.posted import Answer, Desk, Posted, desk

TOKEN = "tk_AgQdq7mVBoFD37zQVN29RhuMzNIz2"


@dataclass
class Standin:
    """The server with one topic."""

    desk: Desk
    published: list[dict[str, Any]] = field(default_factory=list)
    fault: Fault | None = None
    faults: tuple[Fault, ...] = FAULTS

    @property
    def values(self) -> Mapping[str, str]:
        """The topic and its token."""
        return {"url": f"{self.desk.origin}/oo-lena-4f7a", "token": TOKEN}

    @property
    def wrong(self) -> tuple[Mapping[str, str], ...]:
        """Other schemes, hosts at home that are not allowed, no topic."""
        urls = (
            "http://192.168.1.9/topic",
            "https://ntfy.sh",
            "https://ntfy.sh/a b",
            "https://u:p@ntfy.sh/t",
            "ftp://x/t",
        )
        return (*({"url": url} for url in urls), {"url": "https://ntfy.sh/t?auth=x"}, {**self.values, "token": "a\nb"})

    @property
    def settings(self) -> Mapping[str, str]:
        """It is at home."""
        return {"channel_hosts": self.desk.host}

    @property
    def hosts(self) -> tuple[str, ...]:
        """Itself."""
        return (self.desk.host,)

    def fail(self, fault: Fault) -> None:
        """Answer like this."""
        self.fault = fault

    def take(self, posted: Posted) -> Answer:
        """Publish, as ntfy does."""
        if self.fault is not None:
            return answer_of(self.fault)
        if posted.path != "/" or posted.method != "POST":
            return Answer(404)
        if posted.headers.get("authorization") != f"Bearer {TOKEN}":
            return Answer(403)
        published = json.loads(posted.body)
        if published["topic"] != "oo-lena-4f7a" or len(published["actions"]) > 3 or len(published["message"]) > 4096:
            return Answer(400)
        self.published.append(published)
        return Answer(200, {"content-type": "application/json"}, b'{"id":"x","event":"message"}')

    def read(self) -> list[Read]:
        """What the app shows."""
        return [Read(one["title"], one["message"], one["click"]) for one in self.published]

    def raw(self) -> bytes:
        """What the server could see."""
        return b"".join(one.body for one in self.desk.posted)


@contextmanager
def standin() -> Iterator[Standin]:
    """The stand-in, until the end."""
    with desk() as at:
        server = Standin(at)
        at.answer = server.take
        yield server
