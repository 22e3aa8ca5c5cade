"""What a new channel begins with."""

from __future__ import annotations

MANIFEST = """\
name = "{title}"
summary = "One line of whom it reaches."
version = "0.1.0"
stage = "shadow"
reaches = "device"
settings = ["channel_hosts"]

[[fields]]
name = "url"
label = "Address, with https"
kind = "url"
"""

README = """\
# {title}

Whom it reaches, by which service, and what that service can read. What an address is. What it can't do. Which answers
of the service mean delivered, gone, later, failed, and when nobody knows: such a message is never sent again.
"""

PLUGIN = '''\
"""{title}: posts a message as JSON."""

from __future__ import annotations

from collections.abc import Mapping

from oo.contracts.channels import Address, Desk, Message, Receipt
from oo.contracts.errors import Invalid
from oo.kernel.http.client import Reply
from oo.kernel.http.failures import AddressRefused, HttpFailed, Unanswered, Unreachable
from oo.kernel.http.targets import target
from oo.kernel.http.waiting import retry_after


class {kind}:
    """Keeps the seam's promise."""

    def check(self, values: Mapping[str, str], desk: Desk) -> Mapping[str, str]:
        """An address in its normal form, with the `key` by which it is known again; raises `Invalid`."""
        url = values.get("url", "").strip()
        if target(url, desk.settings.get("channel_hosts", "").split(",")) is None:
            raise Invalid("This needs an https address.")
        return {{"key": url, "url": url}}

    async def deliver(self, message: Message, address: Address) -> Receipt:
        """Hand it over, once; a receipt is only ever as sure as it is known."""
        words = {{"id": message.id, "title": message.title, "body": message.body or message.why, "url": message.url}}
        try:
            reply: Reply = await address.desk.http.ask("POST", address.values["url"], json=words)
        except AddressRefused:
            return Receipt("failed", "address-refused")
        except Unanswered:
            return Receipt("unknown", "no-answer")
        except Unreachable:
            return Receipt("later", "unreachable")
        except HttpFailed:
            return Receipt("unknown", "strange-answer")
        match reply.status:
            case 404 | 410:
                return Receipt("gone", "no-such-address")
            case 429 | 503:
                return Receipt("later", "busy", retry_after(reply.headers, address.desk.now))
            case status if status < 300:
                return Receipt("delivered")
            case status if status >= 500:
                return Receipt("unknown", "no-answer")
            case _:
                return Receipt("failed", "refused")


plugin = {kind}()
"""The channel `{id}`."""
'''

STANDIN = '''\
"""A server on this machine in the place of the one that {title} writes to."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from oo.testing.channel_cases import Fault, Read
from oo.testing.postal import FAULTS, answer_of
from oo.testing.posted import Answer, Desk, Posted, desk


@dataclass
class Standin:
    """The server: what it was told, and how it fails."""

    desk: Desk
    told: list[Read] = field(default_factory=list)
    fault: Fault | None = None
    faults: tuple[Fault, ...] = FAULTS

    @property
    def values(self) -> Mapping[str, str]:
        """An address there."""
        return {{"url": f"{{self.desk.origin}}/inbox"}}

    @property
    def wrong(self) -> tuple[Mapping[str, str], ...]:
        """Addresses that can't be, or mustn't."""
        return tuple({{"url": url}} for url in ("http://192.168.1.9/", "https://u:p@example.org/", "x"))

    @property
    def settings(self) -> Mapping[str, str]:
        """Of the instance: this one is at home."""
        return {{"channel_hosts": self.desk.host}}

    @property
    def hosts(self) -> tuple[str, ...]:
        """Itself."""
        return (self.desk.host,)

    def fail(self, fault: Fault) -> None:
        """Answer like this."""
        self.fault = fault

    def take(self, posted: Posted) -> Answer:
        """Take a message."""
        if self.fault is not None:
            return answer_of(self.fault)
        said = json.loads(posted.body)
        self.told.append(Read(said["title"], said["body"], said["url"]))
        return Answer(200)

    def read(self) -> list[Read]:
        """What a person reads."""
        return self.told

    def raw(self) -> bytes:
        """What came over the wire."""
        return b"".join(one.body for one in self.desk.posted)


@contextmanager
def standin() -> Iterator[Standin]:
    """The stand-in, until the end."""
    with desk() as at:
        server = Standin(at)
        at.answer = server.take
        yield server
'''

TEST = '''\
"""What the conformance suite can't know of {title}."""

from __future__ import annotations

import pytest

from {package}.plugin import plugin
from {package}.tests.standin import standin
from oo.testing.channel_cases import lent, message


@pytest.mark.anyio
async def test_the_server_hears_the_id_by_which_it_knows_a_message_again() -> None:
    with standin() as server:
        async with lent(server, plugin) as address:
            await plugin.deliver(message(), address)
        assert message().id.encode() in server.raw()
'''

FILES: dict[str, str] = {
    "manifest.toml": MANIFEST,
    "README.md": README,
    "__init__.py": "",
    "plugin.py": PLUGIN,
    "tests/__init__.py": "",
    "tests/standin.py": STANDIN,
    "tests/test_plugin.py": TEST,
}
"""The files of a channel, by path within its folder."""
