"""An event's attributes as headers of a message: CloudEvents 1.0 in binary mode, W3C trace context, and how to read
them again.

The body of such a message is the payload as the log keeps it, sealed with the person's key; nothing here opens it.
Names are CloudEvents' (github.com/cloudevents/spec, NATS binding), `ce-sequence` and `ce-dataversion` are extensions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

SPEC = "1.0"
SOURCE = "urn:oo"
CONTENT_TYPE = "application/vnd.oo.sealed+protobuf"
"""Protocol Buffers, sealed with AES-256-GCM and the key of whom it is about."""
VERSION = 1
"""The version of the event types here: the `v1` of `oo.events.v1`. Another one is not read by this oO."""


class NotOurs(Exception):
    """The headers are not those of an event that this oO can read; the message says which one is wrong."""


@dataclass(frozen=True, slots=True)
class Attributes:
    """What headers say of an event, all but its payload."""

    id: str
    user: str
    """Opaque: no name, no address."""
    seq: int
    """Its number in the person's order, from 1."""
    type: str
    at: datetime
    trace: str = ""
    """The W3C `traceparent` of the work that made it; empty when there is none."""
    version: int = VERSION


def to_headers(event: Attributes) -> dict[str, str]:
    """The headers of a message; ASCII, without a word of a person.

    >>> made = to_headers(Attributes("01E", "01U", 7, "tips.tip.seen", datetime(2026, 11, 21, 14, tzinfo=UTC)))
    >>> made["ce-type"], made["ce-subject"], made["ce-sequence"], made["ce-time"]
    ('tips.tip.seen', '01U', '7', '2026-11-21T14:00:00Z')
    """
    headers = {
        "ce-specversion": SPEC,
        "ce-id": event.id,
        "ce-source": SOURCE,
        "ce-type": event.type,
        "ce-subject": event.user,
        "ce-time": event.at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "ce-sequence": str(event.seq),
        "ce-dataversion": str(event.version),
        "ce-datacontenttype": CONTENT_TYPE,
    }
    return headers | {"traceparent": event.trace} if event.trace else headers


def from_headers(headers: Mapping[str, str]) -> Attributes:
    """What headers say; raises `NotOurs` for those that lack something or are of another version.

    A trace that is missing is no fault; headers that are not known here are passed over.
    """
    if _needed(headers, "ce-specversion") != SPEC:
        raise NotOurs(f"ce-specversion is {headers['ce-specversion']}, and this oO reads {SPEC}")
    version = _number(headers, "ce-dataversion")
    if version != VERSION:
        raise NotOurs(f"ce-dataversion is {version}, and this oO reads {VERSION}")
    return Attributes(
        id=_needed(headers, "ce-id"),
        user=_needed(headers, "ce-subject"),
        seq=_number(headers, "ce-sequence"),
        type=_needed(headers, "ce-type"),
        at=_instant(headers, "ce-time"),
        trace=headers.get("traceparent", ""),
        version=version,
    )


def _needed(headers: Mapping[str, str], name: str) -> str:
    if not (value := headers.get(name, "")):
        raise NotOurs(f"{name} is missing")
    return value


def _number(headers: Mapping[str, str], name: str) -> int:
    value = _needed(headers, name)
    if not (value.isascii() and value.isdecimal() and len(value) < 16 and int(value)):
        raise NotOurs(f"{name} is no number from 1")
    return int(value)


def _instant(headers: Mapping[str, str], name: str) -> datetime:
    try:
        at = datetime.fromisoformat(_needed(headers, name))
    except ValueError:
        raise NotOurs(f"{name} is no instant") from None
    if at.tzinfo is None:
        raise NotOurs(f"{name} has no offset")
    return at
