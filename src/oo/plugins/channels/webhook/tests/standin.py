"""A server of a person's own: it checks the signature and the time, and hears every id once."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from oo.testing.channel_cases import NOW, Fault, Read
from oo.testing.postal import FAULTS, answer_of
from oo.testing.posted import Answer, Desk, Posted, desk

SECRET = "correct horse battery staple"


@dataclass
class Standin:
    """The server."""

    desk: Desk
    heard: dict[str, dict[str, Any]] = field(default_factory=dict)
    fault: Fault | None = None
    faults: tuple[Fault, ...] = FAULTS

    @property
    def values(self) -> Mapping[str, str]:
        """Its address and the secret."""
        return {"url": f"{self.desk.origin}/hooks/oo?who=lena", "secret": SECRET}

    @property
    def wrong(self) -> tuple[Mapping[str, str], ...]:
        """Other schemes, hosts at home that are not allowed, secrets that are none."""
        urls = (
            "http://example.org/x",
            "http://169.254.169.254/latest",
            "https://u:p@example.org/",
            "gopher://x/1",
            "x",
        )
        secrets = ("", "short", "ä" * 30, "whsec_not base64 at all!")
        return (
            *({"url": url, "secret": SECRET} for url in urls),
            *({**self.values, "secret": secret} for secret in secrets),
        )

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
        """Hear it, if it is signed and of this moment."""
        named, at = posted.headers.get("webhook-id", ""), posted.headers.get("webhook-timestamp", "")
        signed = hmac.new(SECRET.encode(), f"{named}.{at}.".encode() + posted.body, hashlib.sha256).digest()
        given = posted.headers.get("webhook-signature", "")
        if given != f"v1,{base64.b64encode(signed).decode()}" or abs(int(at) - NOW.timestamp()) > 300:
            return Answer(401)
        if self.fault is not None:
            return answer_of(self.fault)
        self.heard[named] = json.loads(posted.body)
        return Answer(204)

    def read(self) -> list[Read]:
        """The messages among what was heard."""
        said = [one for one in self.heard.values() if one["type"] != "withdrawn"]
        return [Read(one["title"], one["body"], one["url"]) for one in said]

    def raw(self) -> bytes:
        """What came."""
        return b"".join(one.body for one in self.desk.posted)


@contextmanager
def standin() -> Iterator[Standin]:
    """The stand-in, until the end."""
    with desk() as at:
        server = Standin(at)
        at.answer = server.take
        yield server
