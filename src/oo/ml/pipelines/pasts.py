"""A person's past as one JSON line: references and numbers under a name that means nothing outside this line's file."""

from __future__ import annotations

import hmac
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from oo.contracts.features import Activity, UserHistory
from oo.contracts.items import parse_when, when_text

_NAMED = ("tip", "task", "project", "series")
_SIZE = 16


@dataclass(frozen=True, slots=True)
class Past:
    """What happened to somebody, in order."""

    person: str
    activities: tuple[Activity, ...]


def write(history: UserHistory, salt: bytes) -> str:
    """The line of a person. The same salt gives the same names, another salt others, and none leads back.

    >>> from datetime import UTC
    >>> past = UserHistory("u1", datetime(2026, 11, 21, tzinfo=UTC), "UTC", 739941,
    ...                    (Activity(datetime(2026, 11, 20, 9, tzinfo=UTC), "completed", 739940, 9.0, task="c1:3"),))
    >>> "c1:3" in write(past, b"salt"), "u1" in write(past, b"salt"), read(write(past, b"salt")).activities[0].hour
    (False, False, 9.0)
    """
    return json.dumps(
        {"person": _name(salt, history.user), "activities": [_row(one, salt) for one in history.activities]},
        separators=(",", ":"),
    )


def read(line: str) -> Past:
    """The past that a line holds; raises `ValueError` for a line that holds none."""
    row = json.loads(line)
    return Past(row["person"], tuple(_activity(one) for one in row["activities"]))


def _row(one: Activity, salt: bytes) -> dict[str, Any]:
    row = {name: value for name, value in asdict(one).items() if value not in ("", None)}
    row |= {name: _name(salt, row[name]) for name in _NAMED if name in row}
    row |= {name: when_text(row[name]) for name in ("due", "added") if name in row}
    return {**row, "at": one.at.isoformat()}


def _activity(row: dict[str, Any]) -> Activity:
    whens: dict[str, Any] = {name: parse_when(row[name]) for name in ("due", "added") if name in row}
    return Activity(**{**row, **whens, "at": datetime.fromisoformat(row["at"])})


def _name(salt: bytes, text: str) -> str:
    return hmac.digest(salt, text.encode(), "sha256").hex()[:_SIZE]
