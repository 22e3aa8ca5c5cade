"""Keeps one sample of every event, bytes and what they say, for the tests of every later version.

`python -m tests.contracts.keep` adds a sample for each type that has none with all the fields of today; it never
changes one that is there.
"""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from oo.contracts.events import EVENTS, Event, ProtobufCodec

GOLDEN = Path(__file__).parent / "golden"
_VALUES: dict[str, Any] = {"int": 7, "float": 0.25, "bool": True, "tuple[str, ...]": ("c1:a", "c1:b")}
_AT = datetime(2026, 11, 21, 14, 5, 6, 250_000, tzinfo=UTC)


def sample(kind: type[Event]) -> Event:
    """An event of a type whose fields all have a value that is not the one they have by themselves."""

    def value(name: str, type_: str) -> Any:
        if type_ == "datetime":
            return _AT
        return f"{name}-é" if type_ == "str" else _VALUES[type_]

    return kind(**{field.name: value(field.name, str(field.type).removesuffix(" | None")) for field in fields(kind)})


def as_json(event: Event) -> dict[str, Any]:
    """What an event says, as JSON has it."""
    said: dict[str, Any] = json.loads(json.dumps(asdict(event), default=datetime.isoformat))
    return said


def kept() -> dict[str, list[dict[str, Any]]]:
    """Every sample by its type, oldest first: `wire` in hexadecimal digits, `says` by field."""
    return {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(GOLDEN.glob("*.json"))}


def main() -> None:
    """Add what is missing."""
    codec, there = ProtobufCodec(), kept()
    for kind, event in EVENTS.items():
        samples = there.get(kind, [])
        if any(set(one["says"]) >= {field.name for field in fields(event)} for one in samples):
            continue
        made = sample(event)
        samples.append({"wire": codec.encode(made)[1].hex(), "says": as_json(made)})
        text = json.dumps(samples, indent=1, ensure_ascii=False, sort_keys=True)
        (GOLDEN / f"{kind}.json").write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    main()
