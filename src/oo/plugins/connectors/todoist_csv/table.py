"""The rows of a CSV file (RFC 4180) by the names in its header; a row that has no end takes no other with it."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from oo.kernel.lines import split

LONGEST = 100_000
"""Bytes; a longer row is none that a person wrote."""
MOST_FAULTS = 1_000
NO_HEADER = "This is no CSV file of Todoist: no row at its beginning has TYPE and CONTENT."
UNCLOSED = "A quotation mark that is never closed, or a row that is too long."
TOO_MANY = "Too much of this file is no row; the rest of it is left out."
_NEEDED = frozenset({"type", "content"})
# A line within quotation marks that begins like a row shows that they were never closed.
_BEGINS = re.compile(r"(?:task|section|note)[,;]", re.IGNORECASE)
_HEADER_WITHIN = 10
"""Rows within which the header is looked for: a row `meta,view_style=…` may stand above it."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the line from 1 on which it begins, its cells by name in lower case, or why it can't be read."""

    line: int
    cells: Mapping[str, str] = field(default_factory=dict)
    fault: str = ""


def rows(data: bytes) -> Iterator[Row]:
    """Every row below the header, without empty ones; nothing raises.

    A file without a header gives one row on line 0 that says so.
    """
    names: list[str] = []
    seen = faults = 0
    for line, cells, fault in _cells(data, _delimiter(data)):
        if not fault and not any(cells):
            continue
        if not names:
            seen += 1
            found = [cell.lower() for cell in cells]
            if _NEEDED.issubset(found):
                names = found
            elif seen >= _HEADER_WITHIN:
                break
            continue
        if not fault:
            yield Row(line, dict(zip(names, cells, strict=False)))
            continue
        faults += 1
        yield Row(line, fault=fault if faults <= MOST_FAULTS else TOO_MANY)
        if faults > MOST_FAULTS:
            return
    if not names and seen:
        yield Row(0, fault=NO_HEADER)


def _delimiter(data: bytes) -> str:
    """A semicolon where a spreadsheet wrote the header so."""
    head = data[:1_000].lower()
    return ";" if head.count(b"type;content") > head.count(b"type,content") else ","


def _cells(data: bytes, delimiter: str) -> Iterator[tuple[int, list[str], str]]:
    """Every row: its line, its cells without space around them, or why it can't be read."""
    lines = _Lines(data)
    while lines.more():
        first = lines.number
        try:
            cells = next(csv.reader(lines, delimiter=delimiter), [])
        except csv.Error:
            cells, lines.exhausted = [], True
        if lines.exhausted:
            yield first, [], UNCLOSED
            lines.back_to(first + 1)
        else:
            yield first, [cell.strip() for cell in cells], ""
        lines.begin()


class _Lines:
    """The lines of a file, given to one row at a time; a row that asks for too many gets none."""

    def __init__(self, data: bytes) -> None:
        self._source = split(data)
        self._ahead: list[str] = []
        """Lines that were read already, the next one first."""
        self._given: list[str] = []
        self._size = 0
        self.number = 1
        """The line that comes next."""
        self.exhausted = False

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if not self.more() or (self._given and (self._size > LONGEST or _BEGINS.match(self._ahead[0]))):
            self.exhausted = True
            raise StopIteration
        text = self._ahead.pop(0)
        self._given.append(text)
        self._size += len(text)
        self.number += 1
        return text

    def more(self) -> bool:
        """Whether there is another line."""
        if not self._ahead and (line := next(self._source, None)) is not None:
            self._ahead.append((line.raw + (b"\n" if line.end else b"")).decode(errors="replace"))
        return bool(self._ahead)

    def begin(self) -> None:
        """Another row begins here."""
        self._given.clear()
        self._size = 0
        self.exhausted = False

    def back_to(self, number: int) -> None:
        """Give the lines from this one on again."""
        again = self.number - number
        if again > 0:
            self._ahead[:0] = self._given[-again:]
            self.number = number
