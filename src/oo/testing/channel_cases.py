"""A channel under examination: its stand-in, what the house would lend it, and the message that is handed over.

A channel brings `tests/standin.py` with `standin()`, a context that gives a `Standin`: a real server on this machine in
the place of the one that it writes to, which shows what a person would read, and fails as it is told.
"""

from __future__ import annotations

import hashlib
import importlib
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, Protocol, TypeAlias

from oo.contracts.channels import Address, Answer, Channel, Message
from oo.contracts.ids import DecisionId
from oo.contracts.manifests import ChannelManifest
from oo.kernel.http.client import Client

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
TOKEN = "c2luZ2xlLXVzZS10b2tlbi1vZi1vbmUtbWVzc2FnZQ"  # noqa: S105 - of no message
"""The token in every message of the suite."""
Fault: TypeAlias = Literal["down", "gone", "busy", "dropped", "redirects", "strange"]
"""`down`: nobody listens, or says that it can't; `gone`: the address is no more; `busy`: come back in two minutes;
`dropped`: it takes the message and hangs up without a word; `redirects`: it points elsewhere; `strange`: an answer that
makes no sense.
"""
WAIT = timedelta(minutes=2)
"""What `busy` asks for."""


@dataclass(frozen=True, slots=True)
class Read:
    """What a person reads of a message."""

    title: str
    body: str
    url: str


class Standin(Protocol):
    """What a channel writes to, on this machine."""

    @property
    def values(self) -> Mapping[str, str]:
        """An address there, as a person or their browser gives it."""

    @property
    def wrong(self) -> tuple[Mapping[str, str], ...]:
        """Addresses that can't be, or mustn't."""

    @property
    def settings(self) -> Mapping[str, str]:
        """Of the instance."""

    @property
    def hosts(self) -> Collection[str]:
        """Hosts that may have private addresses."""

    @property
    def faults(self) -> Collection[Fault]:
        """Those that there are with this channel."""

    def fail(self, fault: Fault) -> None:
        """Fail like this from now on."""

    def read(self) -> list[Read]:
        """Every message that got there, in its order."""

    def raw(self) -> bytes:
        """Everything that came over the wire, as it came."""


@dataclass(frozen=True, slots=True)
class LentDesk:
    """What the house would lend."""

    http: Any = field(default=None, repr=False)
    settings: Mapping[str, str] = field(default_factory=dict)
    now: datetime = NOW
    site: str = "https://oo.example.org"

    def secret(self, purpose: str) -> bytes:
        """32 bytes that follow from the purpose."""
        return hashlib.sha256(purpose.encode()).digest()


@dataclass(frozen=True, slots=True)
class Case:
    """A channel under examination."""

    id: str
    channel: Channel
    manifest: ChannelManifest
    package: str

    def standin(self) -> AbstractContextManager[Standin]:
        """The stand-in that it brings."""
        opened: AbstractContextManager[Standin] = importlib.import_module(f"{self.package}.tests.standin").standin()
        return opened


def message(**changes: Any) -> Message:
    """A tip as the notifier words it."""
    made = Message(
        id="01KAK2M3N4P5Q6R7S8T9V0W1X2",
        kind="tip",
        topic="dGlwLW9mLWxlbmEtYW5kLW5vLW90aGVy",
        ttl=timedelta(hours=1),
        urgency="normal",
        title="Send Lena the signed lease – “today”.",
        body="It was due yesterday, and you are free until 14:00.",
        language="en",
        url="https://oo.example.org/",
        made_at=NOW,
        tip=DecisionId("01KAK2M3N4P5Q6R7S8T9V0W1X3"),
        why="It was due yesterday, and you are free until 14:00.",
        answers=(
            Answer("done", "Done", TOKEN),
            Answer("snooze", "Later", TOKEN),
            Answer("dismiss", "Not this", TOKEN),
            Answer("stop", "Never by this way", TOKEN),
        ),
    )
    return replace(made, **changes)


@asynccontextmanager
async def lent(standin: Standin, channel: Channel) -> AsyncIterator[Address]:
    """The stand-in's address, checked, with a desk whose HTTP client is real."""
    async with Client(allowed=standin.hosts, redirects=False, limit=65_536) as http:
        desk = LentDesk(http, standin.settings)
        yield Address("device-1", channel.check(standin.values, desk), desk)
