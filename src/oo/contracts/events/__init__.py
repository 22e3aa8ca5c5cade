"""Events: immutable typed facts, made from contracts/events/*.proto (the source of truth)."""

from oo.contracts.events.codec import ProtobufCodec
from oo.contracts.events.types import (
    EVENTS,
    BusyChanged,
    ConnectionChanged,
    Event,
    PrefSet,
    RewardAssigned,
    SilenceKept,
    TaskAdded,
    TaskChanged,
    TaskCompleted,
    TaskDeleted,
    TaskReopened,
    TipReacted,
    TipSeen,
    TipServed,
    UndoHeld,
)

__all__ = [
    "EVENTS",
    "BusyChanged",
    "ConnectionChanged",
    "Event",
    "PrefSet",
    "ProtobufCodec",
    "RewardAssigned",
    "SilenceKept",
    "TaskAdded",
    "TaskChanged",
    "TaskCompleted",
    "TaskDeleted",
    "TaskReopened",
    "TipReacted",
    "TipSeen",
    "TipServed",
    "UndoHeld",
]
