"""New rows: a moment to decide at, a push, and a delivery of it to a device."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row

from oo.contracts.deliveries import Arm
from oo.contracts.tips import Tip
from oo.kernel.ids import Ids
from oo.modules.notifier.repository import log, moments

Values = dict[str, Any]


def point_row(ids: Ids, user: str, kind: str, mark: str, due: datetime, day: int) -> Values:
    """A moment to decide at."""
    return {
        "id": ids.new(),
        "user_id": user,
        "kind": kind,
        "mark": mark,
        "state": moments.DUE,
        "due_at": due,
        "at": None,
        "day": day,
        "arm": "learnt",
        "sent": False,
        "reason": "",
        "probability": 0.0,
        "moment": "{}",
        "value": None,
        "tip_id": None,
        "reward": None,
        "learnt": False,
    }


def push_row(ids: Ids, user: str, point: str, tip: Tip, arm: Arm, now: datetime) -> Values:
    """A push of a tip, planned."""
    return {
        "id": ids.new(),
        "user_id": user,
        "point_id": point,
        "tip_id": tip.id,
        "ref": tip.evidence[0].ref if tip.evidence else "",
        "topic": tip.topic,
        "arm": arm,
        "state": log.PLANNED,
        "reason": "",
        "at": now,
        "sent_at": None,
        "expires_at": tip.expires_at,
        "verb": None,
        "reacted_at": None,
    }


def delivery_row(
    ids: Ids, device: Row[Any], now: datetime, expires_at: datetime, *, kind: str = "tip", push: str = "", tip: str = ""
) -> Values:
    """A delivery to a device, planned."""
    return {
        "id": ids.new(),
        "push_id": push,
        "user_id": device.user_id,
        "device_id": device.id,
        "channel": device.channel,
        "tip_id": tip,
        "kind": kind,
        "state": log.PLANNED,
        "reason": "",
        "due_at": now,
        "claimed_at": None,
        "claim": None,
        "settled_at": None,
        "expires_at": expires_at,
        "tries": 0,
        "token": None,
        "used": None,
    }
