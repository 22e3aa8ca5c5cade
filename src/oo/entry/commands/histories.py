"""Reads a history: a past as JSON lines, the first of which names it; `oo replay` and `oo inferred` ask for it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from oo.contracts.errors import Unusable
from oo.engine.history import History, offset_of, read_event


def read_history(path: Path) -> tuple[History, list[dict[str, Any]]]:
    """A past in which nothing has happened yet, and its events in order.

    Raises `Unusable` with one sentence that names file, line and reason.
    """
    events: list[dict[str, Any]] = []
    past: History | None = None
    for number, line in lines_of(path):
        try:
            row = json.loads(line)
            if past is None:
                if not isinstance(row, dict) or "history" not in row:
                    raise ValueError('a history begins with {"history": …, "utc_offset_s": …}')
                past = History(offset_of(row.get("utc_offset_s", 0)), day_only=row.get("day_only") is True)
            else:
                events.append(read_event(row))
        except (ValueError, RecursionError) as error:
            raise Unusable(f"{path}, line {number}: {reason_of(error)}.") from error
    if past is None:
        raise Unusable(f"{path} is empty; a history begins with a line that names it.")
    events.sort(key=lambda event: event["at"])
    return past, events


def lines_of(path: Path) -> Iterator[tuple[int, str]]:
    """The lines that are not blank, with their numbers; raises `Unusable` when the file can't be read."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unusable(f"{path} is not UTF-8 text.") from error
    except OSError as error:
        raise Unusable(f"{path} can't be read: {(error.strerror or 'unknown reason').lower()}.") from error
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield number, line.strip()


def reason_of(error: Exception) -> str:
    """Why a line is none, as the end of a sentence."""
    return "it is not JSON" if isinstance(error, json.JSONDecodeError | RecursionError) else str(error)
