"""The seam of channels: code that hands a short message to a device or an inbox, and says what came of it.

A channel decides nothing: whether, when and to whom a message goes is the notifier's. It keeps nothing between calls.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol, TypeAlias, runtime_checkable

from oo.contracts.ids import DecisionId

Urgency: TypeAlias = Literal["very-low", "low", "normal", "high"]
MessageKind: TypeAlias = Literal["tip", "test", "confirm"]
"""A tip; the message that a person asked for to test; the first one to an address, which asks whether it is theirs."""
Verb: TypeAlias = Literal["done", "snooze", "dismiss", "confirm", "stop"]
"""What an answer does: the reactions to a tip; "yes, this is my address"; "never write to this address again"."""
Outcome: TypeAlias = Literal["delivered", "gone", "later", "failed", "unknown"]
"""`delivered`: the service took it. `gone`: the address is no more. `later`: it was certainly not taken, and may be
tried again. `failed`: it was certainly not taken, and never will be. `unknown`: nobody knows, so it is not sent again.
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """A way to answer from where the message is shown, without a session."""

    verb: Verb
    label: str
    """In the person's language."""
    token: str = field(repr=False)
    """For `POST <site>/react`. Works once, until the message is over; only a hash is kept. Those of the reactions are
    one; `confirm` and `stop` have their own, which do nothing else.
    """


@dataclass(frozen=True, slots=True)
class Message:
    """What a channel is asked to hand over."""

    id: str
    """Of the delivery: the same id is never handed to a channel for two messages."""
    kind: MessageKind
    topic: str
    """32 characters of base64url; a later message of the same topic takes the place of this one."""
    ttl: timedelta
    """How long it may wait for the device: it ends before quiet hours, the next meeting and the tip do."""
    urgency: Urgency
    title: str = field(repr=False)
    body: str = field(repr=False)
    """One line, at most 110 characters."""
    language: str
    url: str
    """The page that it opens, on this instance."""
    made_at: datetime
    """Aware, UTC."""
    tip: DecisionId | None = None
    why: str = field(default="", repr=False)
    """One true line that says why, at most 90 characters."""
    answers: tuple[Answer, ...] = ()
    """In the order of importance: some devices show two."""


class Desk(Protocol):
    """What the house lends a channel; there is no clock, no chance and no database."""

    @property
    def now(self) -> datetime:
        """The present instant, aware, UTC."""

    @property
    def site(self) -> str:
        """The address of this instance that people open, without a slash at the end."""

    @property
    def http(self) -> Any:
        """The house's careful HTTP client (`oo.kernel.http.client.Client`)."""

    @property
    def settings(self) -> Mapping[str, str]:
        """The settings that its manifest names, by their names without `OO_`; those that are not set are left out."""

    def secret(self, purpose: str) -> bytes:
        """32 bytes that are this instance's and this channel's alone, the same each time; such as a signing key."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a message goes; it lies sealed with the person's key, and is opened just before it is used."""

    device: str
    """The id of the device that it belongs to."""
    values: Mapping[str, str] = field(repr=False)
    """As `Channel.check` gave them."""
    desk: Desk = field(repr=False)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What came of handing a message over."""

    outcome: Outcome
    reason: str = ""
    """A short word of the channel's own, such as `unreachable`; never what the other side wrote."""
    after: timedelta | None = None
    """For `later`: how long the service asks to wait."""


class Channel(Protocol):
    """Hands messages over; whatever it raises, and a minute without an answer, is the receipt `unknown`."""

    def check(self, values: Mapping[str, str], desk: Desk) -> Mapping[str, str]:
        """The address in its normal form, from what a person or their browser gave; raises `Invalid` with the mend.

        The same device or inbox gives the same `key` among the values, by which it is known again.
        """

    async def deliver(self, message: Message, address: Address) -> Receipt:
        """Hand the message over, once; an outcome is only ever as sure as it is known."""


@runtime_checkable
class Withdraws(Protocol):
    """A channel that can take back what it handed over, or close it where it is shown."""

    async def withdraw(self, message: Message, address: Address) -> Receipt:
        """Take it back; `message` has the id, topic and tip of what was handed over, and no words."""


@runtime_checkable
class Public(Protocol):
    """A channel of which pages need to know something to subscribe, such as the key of a push service."""

    def facts(self, desk: Desk) -> Mapping[str, str]:
        """What pages may know, by name."""


LABELS: Sequence[Verb] = ("done", "snooze", "dismiss")
"""The reactions to a tip in the order in which they are offered."""
