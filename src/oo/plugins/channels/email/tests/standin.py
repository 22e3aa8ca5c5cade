"""A mail server and an inbox in the place of the operator's and the person's own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from oo.testing.channel_cases import Fault, Read
from oo.testing.mail import MailServer, Mood, mail_server

_WRONG = (
    "",
    "lena",
    "lena@",
    "@example.org",
    "a@b@c.de",
    "lena@example",
    "a@b.c\r\nBcc: x@y.de",
    "ä@example.org",
    "Lena <lena@example.org>",
    "lena@-x.org",
    "lena@[127.0.0.1]",
)


@dataclass
class Standin:
    """The server with one inbox."""

    server: MailServer
    down: bool = False
    faults: tuple[Fault, ...] = ("down", "gone", "busy", "dropped", "strange")
    hosts: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=lambda: {"to": "Lena@example.org"})
    wrong: tuple[Mapping[str, str], ...] = tuple({"to": to} for to in _WRONG)

    @property
    def settings(self) -> Mapping[str, str]:
        """Where the server is; nothing listens on port 1."""
        return {"smtp_url": "smtp://127.0.0.1:1" if self.down else self.server.url, "mail_from": "oO <oo@example.org>"}

    def fail(self, fault: Fault) -> None:
        """Fail like this."""
        moods: dict[Fault, Mood] = {"gone": "gone", "busy": "busy", "dropped": "dropped", "strange": "strange"}
        self.down = fault == "down"
        self.server.mood = moods.get(fault, "well")

    def read(self) -> list[Read]:
        """What a person reads of each mail: its text."""
        found = []
        for mail in self.server.mails:
            part = mail.get_body(("plain",))
            assert part is not None
            text = part.get_content().replace("\r\n", "\n")
            url = re.findall(r"^https://\S+$", text, re.MULTILINE)[0]
            found.append(Read(str(mail["Subject"]), text, url))
        return found

    def raw(self) -> bytes:
        """What the server took."""
        return b"".join(self.server.raw)


@contextmanager
def standin() -> Iterator[Standin]:
    """The stand-in, until the end."""
    with mail_server() as server:
        yield Standin(server)
