"""Marking one line of a todo.txt file done, and adding the next occurrence of a recurring one; all other bytes stay."""

from __future__ import annotations

import re
from datetime import date, datetime

from oo.contracts.items import When
from oo.plugins.connectors.todotxt.lines import Line, split
from oo.plugins.connectors.todotxt.recurrence import after
from oo.plugins.connectors.todotxt.task import Task, parse

_HEAD = re.compile(r"(?:\(([A-Z])\)[ \t]+)?((?:\d{4}-\d\d-\d\d)(?:[ \t]+|$))?")


def complete(data: bytes, line: Line, today: date) -> bytes:
    """The file with this line done today: `x TODAY CREATED words pri:A`; a recurring one is added anew at the end."""
    text = line.raw.decode()
    task = parse(text)
    if task is None or task.done:
        raise ValueError("Only an open task can be completed.")
    before, behind = data[: line.start], data[line.start + len(line.raw) :]
    changed = before + done_text(text, today).encode() + behind
    following = next_text(text, task, today)
    if following is None or _is_open_already(data, line, following):
        return changed
    end = line.end or next((other.end for other in split(data) if other.end), b"\n")
    if data.endswith((b"\n", b"\r")):
        return changed + following.encode() + end
    return changed + end + following.encode()


def done_text(text: str, today: date) -> str:
    """The line as todo.txt writes a finished task; its priority is kept as `pri:`.

    >>> done_text("(A) 2026-11-20 Call Ada +family", date(2026, 11, 22))
    'x 2026-11-22 2026-11-20 Call Ada +family pri:A'
    """
    head = _HEAD.match(text)
    letter = head[1] if head else None
    rest = text[len(f"({letter})") :].lstrip(" \t") if letter else text
    done = f"x {today.isoformat()} {rest}"
    if letter is None or re.search(r"(?:^|[ \t])pri:\S", rest):
        return done
    return f"{done}pri:{letter}" if done.endswith((" ", "\t")) else f"{done} pri:{letter}"


def next_text(text: str, task: Task, today: date) -> str | None:
    """The line of the next occurrence, its threshold moved by the same distance; None when there is none.

    One that is finished early comes round after its own day: what is done never stands there again.
    """
    if task.repeat is None:
        return None
    anchor = task.due if task.due is not None else task.start
    base = _day(anchor) if task.repeat.strict and anchor is not None else today
    try:
        moved = after(base, task.repeat)
        if anchor is not None and moved <= _day(anchor):
            moved = after(_day(anchor), task.repeat)
        distance = moved - (_day(anchor) if anchor is not None else today)
        start = None if task.start is None else _day(task.start) + distance
    except OverflowError:
        return None
    head = _HEAD.match(text)
    made = head[2] if head else None
    rest = text[head.end() :] if head else text
    opening = (f"({head[1]}) " if head and head[1] else "") + (f"{today.isoformat()} " if made else "")
    if task.due is not None:
        rest = _with_pair(rest, "due", moved)
    if start is not None:
        rest = _with_pair(rest, "t", start)
    if anchor is None:
        # Without any date the next one would be open at once; a due date that is none would hide the new one.
        rest = f"{_without_pair(rest, 'due').rstrip()} due:{moved.isoformat()}"
    return opening + _without_pair(rest, "started")


def _with_pair(text: str, key: str, day: date) -> str:
    """Put another day into the first readable `key:` pair, keeping the time behind it."""
    return re.sub(rf"(?i)((?:^|(?<=[ \t])){key}:)\d{{4}}-\d\d-\d\d", rf"\g<1>{day.isoformat()}", text, count=1)


def _without_pair(text: str, key: str) -> str:
    return re.sub(rf"(?i)^{key}:\S+[ \t]*|[ \t]+{key}:\S+", "", text)


def _day(when: When) -> date:
    return when.date() if isinstance(when, datetime) else when


def _is_open_already(data: bytes, finished: Line, text: str) -> bool:
    """Whether another app added the occurrence before: the same task with the same due date, open on another line."""
    wanted = parse(text)
    for line in split(data):
        if line.start == finished.start:
            continue
        try:
            other = parse(line.raw.decode())
        except UnicodeDecodeError:
            continue
        if (
            other is not None
            and wanted is not None
            and not other.done
            and (other.identity, other.due, other.start) == (wanted.identity, wanted.due, wanted.start)
        ):
            return True
    return False
