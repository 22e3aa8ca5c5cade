"""The document: things with an identity, their words, when they were added and when they were done, as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

PATH = "mind.json"
DONE_KEPT = timedelta(days=30)
"""So long the words of what is done stay; the fact that it was done does not rest on them."""


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing on a person's mind; instants are aware UTC."""

    id: str
    text: str
    added: datetime
    done: datetime | None = None


def read(document: bytes | None) -> tuple[Thing, ...]:
    """The things in their order, none for a missing document; raises `ValueError` when it isn't one of ours."""
    if not document:
        return ()
    try:
        rows = json.loads(document)["things"]
        return tuple(_thing(row) for row in rows)
    except (KeyError, TypeError, AttributeError, RecursionError, OverflowError) as error:
        raise ValueError("This is not a document of things on a mind.") from error


def write(things: Sequence[Thing]) -> bytes:
    """The document that `read` reads."""
    rows = [
        {
            "id": thing.id,
            "text": thing.text,
            "added": thing.added.isoformat(),
            **({"done": thing.done.isoformat()} if thing.done else {}),
        }
        for thing in things
    ]
    return json.dumps({"version": 1, "things": rows}).encode()


def edited(
    things: Sequence[Thing], texts: Sequence[str], now: datetime, new_id: Callable[[], str]
) -> tuple[Thing, ...]:
    """The things with exactly these open texts, in their order; equal words keep their identity, done ones stay for
    a while.
    """
    left = [thing for thing in things if thing.done is None]
    kept: list[Thing] = []
    for text in (" ".join(text.split()) for text in texts):
        if not text:
            continue
        same = next((thing for thing in left if thing.text == text), None)
        if same is not None:
            left.remove(same)
        kept.append(same or Thing(new_id(), text, now))
    return (*kept, *(thing for thing in things if thing.done is not None and now - thing.done < DONE_KEPT))


def done(things: Sequence[Thing], id: str, now: datetime) -> tuple[Thing, ...]:
    """The things with this one done now."""
    return tuple(replace(thing, done=now) if thing.id == id else thing for thing in things)


def _thing(row: dict[str, Any]) -> Thing:
    if not isinstance(row["id"], str) or not isinstance(row["text"], str):
        raise TypeError("id and text are texts")
    finished = row.get("done")
    return Thing(row["id"], row["text"], _instant(row["added"]), None if finished is None else _instant(finished))


def _instant(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
