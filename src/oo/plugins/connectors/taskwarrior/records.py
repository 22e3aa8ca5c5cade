"""The records of Taskwarrior's files as bytes: JSON objects of an export or a backlog, and lines of its data files.

An export is an array, or one object a line with commas; a data file has `[name:"value" …]` a line. Both are cut into
records first, so that one that is damaged or cut off takes no other with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

LONGEST = 100_000
"""Bytes; a longer record is no task that a person wrote."""
MOST_FAULTS = 1_000
MOST_WASTED = 5_000_000
"""After so many faults, or bytes that were looked through for an end in vain, the file is something else."""

_BRACE = 0x7B
_BOM = b"\xef\xbb\xbf"
_DATA = re.compile(rb'\[[A-Za-z_][\w.\-]*:"')
# A whole string or a brace; what is between them doesn't matter here.
_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[{}]', re.DOTALL)
_NEXT_OBJECT = re.compile(rb"\n[ \t\r,\[]*(?=\{)|\n(?=\[[A-Za-z_])")
# What stands between records; a bracket that begins a record of a data file is none of it.
_BETWEEN = re.compile(rb"(?:[ \t\r\n,\]]+|\[(?![A-Za-z_][\w.\-]*:\"))+")
_CONFLICT = re.compile(rb"(?:<{7}|>{7}|\|{7}|={7})(?: |\r?\n|$)")
CUT_OFF = "A task that is cut off, or too long to be one."
NO_TASK = "This is no task of Taskwarrior."
TOO_MANY = "Too much of this file is no task; the rest of it is left out."


@dataclass(frozen=True, slots=True)
class Record:
    """One record: the line from 1 on which it begins, its bytes, or why it can't be read."""

    line: int
    raw: bytes = b""
    fault: str = ""


def records(data: bytes) -> Iterator[Record]:
    """Every record in the order of the file; nothing raises."""
    at = len(_BOM) if data.startswith(_BOM) else 0
    line, counted, faults, wasted = 1, 0, 0, 0
    while at < len(data):
        if (between := _BETWEEN.match(data, at)) is not None:
            at = between.end()
            continue
        line += data.count(b"\n", counted, at)
        counted = at
        stop, fault = _end(data, at)
        if not fault:
            yield Record(line, data[at:stop])
            at = stop
            continue
        faults += 1
        wasted += LONGEST if fault == CUT_OFF and data[at] == _BRACE else 0
        if faults > MOST_FAULTS or wasted > MOST_WASTED:
            yield Record(line, fault=TOO_MANY)
            return
        yield Record(line, fault=fault)
        at = stop


def _end(data: bytes, at: int) -> tuple[int, str]:
    """Where the record that begins here ends; for one that can't be read, where to go on, and why."""
    if data[at] == _BRACE:
        stop = _object_end(data, at)
        return (stop, "") if stop else (_resume(data, at), CUT_OFF)
    newline = data.find(b"\n", at)
    stop = len(data) if newline < 0 else newline
    line = data[at:stop].rstrip(b"\r \t") if stop - at <= LONGEST else b""
    if not _DATA.match(line):
        reason = "A merge conflict's marker, not a task." if _CONFLICT.match(data, at) else NO_TASK
        return stop, reason
    return stop, "" if line.endswith(b'"]') else CUT_OFF


def _object_end(data: bytes, at: int) -> int:
    """Behind the brace that closes the object which begins here; 0 when there is none within `LONGEST`."""
    depth = 0
    for token in _TOKEN.finditer(data, at, min(len(data), at + LONGEST)):
        first = data[token.start()]
        if first == 0x7B:
            depth += 1
        elif first == 0x7D:
            depth -= 1
            if not depth:
                return token.end()
    return 0


def _resume(data: bytes, at: int) -> int:
    """The next place where a record may begin, behind an object that has no end."""
    found = _NEXT_OBJECT.search(data, at)
    return found.end() if found else len(data)
