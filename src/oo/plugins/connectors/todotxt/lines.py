"""The lines of a todo.txt file as bytes, so that everything which is not understood can be kept as it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

BOM = b"\xef\xbb\xbf"
LONGEST_LINE = 10_000
"""Bytes; a longer line is no task that a person wrote."""
MOST_LINES = 10_000

_CONFLICT = re.compile(rb"(?:<{7}|>{7}|\|{7}|={7})(?: |$)")


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its number from 1, its offset, its bytes without the end, and the end (empty at the end of file)."""

    number: int
    start: int
    raw: bytes
    end: bytes

    @property
    def stop(self) -> int:
        """The offset behind the line and its end."""
        return self.start + len(self.raw) + len(self.end)


def split(data: bytes) -> Iterator[Line]:
    """The lines of a file; joined again with their ends, and the byte order mark before them, they are the file.

    A lone CR ends a line only where the file has no LF at all.
    """
    start = len(BOM) if data.startswith(BOM) else 0
    mark = b"\r" if b"\n" not in data else b"\n"
    number = 0
    while start < len(data):
        number += 1
        at = data.find(mark, start)
        stop, end = (len(data), b"") if at < 0 else (at, mark)
        if mark == b"\n" and end and stop > start and data[stop - 1] == 0x0D:
            stop, end = stop - 1, b"\r\n"
        yield Line(number, start, data[start:stop], end)
        start = stop + len(end)


def fault(line: Line) -> str | None:
    """Why the line can't be a task, without any of its words; None when it can."""
    raw = line.raw
    if len(raw) > LONGEST_LINE:
        return f"The line is longer than {LONGEST_LINE} bytes."
    if _CONFLICT.match(raw):
        return "A merge conflict's marker, not a task."
    if b"\0" in raw:
        return "The line holds a NUL."
    try:
        raw.decode()
    except UnicodeDecodeError:
        return "The line is not UTF-8."
    return None
