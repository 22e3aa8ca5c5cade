"""The lines of a text file as bytes, so that everything which is not understood can be kept as it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

BOM = b"\xef\xbb\xbf"


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


def ending(data: bytes) -> bytes:
    """How the file ends its lines, by the first that has an end; LF where none has."""
    return next((line.end for line in split(data) if line.end), b"\n")
