"""Between frozen dataclasses and Protocol Buffers on the wire."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

from oo.contracts.events.types import EVENTS, Event


class UnknownEvent(Exception):
    """This event type is not known here."""


class ProtobufCodec:
    """Encodes every event type of the contracts; loads Protocol Buffers when it is made."""

    def __init__(self) -> None:
        from google.protobuf import timestamp_pb2  # noqa: F401  (puts Timestamp into the pool)
        from google.protobuf.descriptor_pb2 import FileDescriptorSet
        from google.protobuf.descriptor_pool import DescriptorPool
        from google.protobuf.message_factory import GetMessageClass

        pool = DescriptorPool()
        for file in FileDescriptorSet.FromString((files(__package__) / "descriptors.binpb").read_bytes()).file:
            pool.Add(file)
        self._messages = {
            kind: GetMessageClass(pool.FindMessageTypeByName(f"oo.events.v1.{event.__name__}"))
            for kind, event in EVENTS.items()
        }
        self._kinds = {event: kind for kind, event in EVENTS.items()}
        self._names = {kind: tuple(field.name for field in fields(event)) for kind, event in EVENTS.items()}
        self._times = {
            kind: frozenset(field.name for field in message.DESCRIPTOR.fields if field.message_type is not None)
            for kind, message in self._messages.items()
        }

    def encode(self, event: object) -> tuple[str, bytes]:
        """The event's type and bytes."""
        kind = self._kinds.get(type(event))  # type: ignore[arg-type]
        if kind is None:
            raise UnknownEvent(f"{type(event).__name__} is not an event of contracts/events")
        message, times = self._messages[kind](), self._times[kind]
        for name in self._names[kind]:
            value = getattr(event, name)
            if value is None:
                continue
            if name in times:
                getattr(message, name).FromDatetime(value.astimezone(UTC))
            else:
                setattr(message, name, value)
        return kind, message.SerializeToString()

    def decode(self, kind: str, data: bytes) -> Event:
        """The event from its type and bytes; raises `UnknownEvent`."""
        if kind not in self._messages:
            raise UnknownEvent(f"event type {kind} is not known here")
        message = self._messages[kind]()
        message.ParseFromString(data)
        event: Callable[..., Event] = EVENTS[kind]
        return event(**{name: self._value(message, kind, name) for name in self._names[kind]})

    def _value(self, message: Any, kind: str, name: str) -> object:
        if name in self._times[kind]:
            return _instant(getattr(message, name)) if message.HasField(name) else None
        field = message.DESCRIPTOR.fields_by_name[name]
        return None if field.has_presence and not message.HasField(name) else getattr(message, name)


def _instant(stamp: Any) -> datetime:
    moment: datetime = stamp.ToDatetime(tzinfo=UTC)
    return moment
