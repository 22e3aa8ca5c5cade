"""Ticking off one line of a note as Obsidian Tasks does; all other bytes stay."""

from __future__ import annotations

import re
from datetime import date, timedelta

from oo.kernel.lines import Line, ending
from oo.plugins.connectors.markdown.notes import BOX, Box, boxes
from oo.plugins.connectors.markdown.recurrence import after
from oo.plugins.connectors.markdown.signs import Sign, Signs, signs
from oo.plugins.connectors.markdown.task import Task, day, form_of, parse

_MOVED = ("due", "scheduled", "start")
_LEFT_OUT = ("completion", "cancelled", "id", "dependsOn")
"""What the next occurrence does not take over, with the name of the block."""
_FIELD = re.compile(rb"[\[(]\s*(?:due|scheduled|start|created|completion|priority|repeat)::")


def complete(data: bytes, line: Line, today: date) -> bytes:
    """The note with this line ticked off today; a recurring task's next occurrence stands above it.

    A line that says `🏁 delete` is taken out, as its author wished. Raises `ValueError` for a line that is not open.
    """
    box = box_of(line)
    task = parse(box) if box is not None else None
    if box is None or task is None or task.state != "open":
        raise ValueError("Only an open task can be completed.")
    found = signs(box.body)
    added = _next_line(data, box, task, found, today)
    above = b"" if added is None else added.encode() + (line.end or ending(data))
    if found.values.get("onCompletion", "").lower() == "delete":
        # The occurrence that replaces a last line without an end has none either.
        below = above if line.end else above.rstrip(b"\r\n")
        return data[: line.start] + below + data[line.stop :]
    done = _done_text(data, box, found, today)
    return data[: line.start] + above + done.encode() + data[line.start + len(line.raw) :]


def box_of(line: Line) -> Box | None:
    """The line as a box on its own, wherever it stands; None when it is none."""
    try:
        match = BOX.fullmatch(line.raw.decode())
    except UnicodeDecodeError:
        return None
    return Box(line, match["mark"], match["body"]) if match else None


def _done_text(data: bytes, box: Box, found: Signs, today: date) -> str:
    body = box.body
    before = next((sign for sign in found.signs if sign.name == "completion"), None)
    if before is not None:
        body = body[: before.start] + _with_day(body[before.start : before.stop], today) + body[before.stop :]
    else:
        body = body[: found.stop] + _done_sign(data, found, today) + body[found.stop :]
    return _head(box, "x") + body


def _done_sign(data: bytes, found: Signs, today: date) -> str:
    """`✅ 2026-11-22`, or a field where the line, else the note, is written in fields."""
    dataview = form_of(found)
    if dataview is None:
        dataview = _FIELD.search(data) is not None and "📅".encode() not in data and "✅".encode() not in data
    return f"  [completion:: {today.isoformat()}]" if dataview else f" ✅ {today.isoformat()}"


def _next_line(data: bytes, box: Box, task: Task, found: Signs, today: date) -> str | None:
    """The line of the next occurrence, its dates at the same distance from each other; None when there is none."""
    if task.rule is None:
        return None
    anchor = task.anchor
    start = today if task.rule.when_done or anchor is None else anchor
    following = after(start, task.rule)
    if anchor is not None and following is not None and following <= anchor:
        # Finished early it comes round after its own day: what is done never stands there again.
        following = after(anchor, task.rule)
    if following is None:
        return None
    try:
        body = _next_body(box.body, found, following - anchor if anchor is not None else None, today)
    except OverflowError:
        return None
    if anchor is not None and _is_open_already(data, box.line, task, anchor, following):
        return None
    return _head(box, " ") + body


def _next_body(body: str, found: Signs, distance: timedelta | None, today: date) -> str:
    text = body[: found.words_stop]
    at = found.words_stop
    for sign in found.signs:
        between, own = body[at : sign.start], body[sign.start : sign.stop]
        at = sign.stop
        if sign.name in _LEFT_OUT:
            continue
        text += between + _moved(sign, own, distance, today)
    return text


def _moved(sign: Sign, own: str, distance: timedelta | None, today: date) -> str:
    was = day(sign.value)
    if sign.name == "created" and was is not None:
        return _with_day(own, today)
    if sign.name in _MOVED and was is not None and distance is not None:
        return _with_day(own, was + distance)
    return own


def _is_open_already(data: bytes, finished: Line, task: Task, anchor: date, following: date) -> bool:
    """Whether another app added the occurrence before: the same words, open on another line, at the same distance."""
    wanted = task.due and task.due + (following - anchor)
    for other in boxes(data):
        if not isinstance(other, Box) or other.line.start == finished.start:
            continue
        there = parse(other)
        if there is None or there.state != "open" or there.identity != task.identity or there.rule is None:
            continue
        if there.due == wanted and there.anchor == following:
            return True
    return False


def _head(box: Box, mark: str) -> str:
    text = box.line.raw.decode()
    match = BOX.fullmatch(text)
    assert match is not None
    return text[: match.start("mark")] + mark + text[match.end("mark") : match.start("body")]


def _with_day(own: str, new: date) -> str:
    return re.sub(r"\d{4}-\d\d-\d\d", new.isoformat(), own, count=1)
