"""Between frozen dataclasses and Protocol Buffers on the wire."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

from oo.contracts.events.types import EVENTS, Event

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class UnknownEvent(Exception):
    """This event type is not known here."""


class Unreadable(Exception):
    """These bytes are no event of this type: cut off, altered, or of something else."""


class ProtobufCodec:
    """Encodes every event type of the contracts; loads Protocol Buffers when it is made."""

    def __init__(self) -> None:
        from google.protobuf import timestamp_pb2  # noqa: F401  (puts Timestamp into the pool)
        from google.protobuf.descriptor_pb2 import FileDescriptorSet
        from google.protobuf.descriptor_pool import DescriptorPool
        from google.protobuf.message import DecodeError
        from google.protobuf.message_factory import GetMessageClass
        from google.protobuf.unknown_fields import UnknownFieldSet

        pool = DescriptorPool()
        for file in FileDescriptorSet.FromString((files(__package__) / "descriptors.binpb").read_bytes()).file:
            pool.Add(file)
        self._unknown_of, self._broken = UnknownFieldSet, DecodeError
        self._kinds = {event: kind for kind, event in EVENTS.items()}
        self._messages = {
            kind: GetMessageClass(pool.FindMessageTypeByName(f"oo.events.v1.{event.__name__}"))
            for kind, event in EVENTS.items()
        }
        self._fields = {kind: _fields(EVENTS[kind], message) for kind, message in self._messages.items()}

    def encode(self, event: object) -> tuple[str, bytes]:
        """The event's type and bytes; raises `UnknownEvent`."""
        kind = self._kinds.get(type(event))  # type: ignore[arg-type]
        if kind is None:
            raise UnknownEvent(f"{type(event).__name__} is not an event of contracts/events")
        message = self._messages[kind]()
        for name, write, _ in self._fields[kind]:
            value = getattr(event, name)
            if value is not None:
                write(message, name, value)
        wire: bytes = message.SerializeToString()
        return kind, wire + getattr(event, "unknown", b"")

    def decode(self, kind: str, data: bytes) -> Event:
        """The event from its type and bytes; raises `UnknownEvent` or `Unreadable`."""
        if kind not in self._messages:
            raise UnknownEvent(f"event type {kind} is not known here")
        message = self._messages[kind]()
        try:
            message.ParseFromString(data)
        except self._broken:
            raise Unreadable(f"these bytes are no {kind}") from None
        made: Callable[..., Event] = EVENTS[kind]
        event = made(**{name: read(message, name) for name, _, read in self._fields[kind]})
        if len(self._unknown_of(message)):
            for field in message.DESCRIPTOR.fields:
                message.ClearField(field.name)
            object.__setattr__(event, "unknown", message.SerializeToString())
        return event


Field = tuple[str, Callable[[Any, str, Any], None], Callable[[Any, str], Any]]
"""A field's name, how it is written into a message, and how it is read from one."""


def _fields(event: type[Event], message: type[Any]) -> tuple[Field, ...]:
    described = message.DESCRIPTOR.fields_by_name
    return tuple((field.name, *_ways(described[field.name])) for field in fields(event))


def _ways(field: Any) -> tuple[Callable[[Any, str, Any], None], Callable[[Any, str], Any]]:
    if field.message_type is not None:
        return _set_instant, _instant
    if field.is_repeated:
        return _extend, _several
    return setattr, _present if field.has_presence else getattr


def _set_instant(message: Any, name: str, value: datetime) -> None:
    # As `FromDatetime` does, which takes ten times as long.
    since, there = value - _EPOCH, getattr(message, name)
    there.seconds, there.nanos = since.days * 86400 + since.seconds, since.microseconds * 1000


def _instant(message: Any, name: str) -> datetime | None:
    if not message.HasField(name):
        return None
    try:
        moment: datetime = getattr(message, name).ToDatetime(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise Unreadable(f"{name} is an instant that no calendar has") from None
    return moment


def _extend(message: Any, name: str, value: Any) -> None:
    getattr(message, name).extend(value)


def _several(message: Any, name: str) -> tuple[Any, ...]:
    return tuple(getattr(message, name))


def _present(message: Any, name: str) -> Any:
    return getattr(message, name) if message.HasField(name) else None
