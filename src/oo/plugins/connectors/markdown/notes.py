"""The lines of a note that are list items with a box; code, comments, front matter and the rest of it are passed over.

A box may stand in quotes and callouts, and nest by indentation (GFM section 5.3, docs of Obsidian Tasks).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from oo.kernel.lines import Line, split

LONGEST_LINE = 10_000
"""Bytes; a longer line is no task that a person wrote."""

BOX = re.compile(
    r"(?P<before>[\s>]*(?:[-*+]|\d{1,9}[.)])[ \t\xa0]+\[)(?P<mark>.)\](?P<gap>[ \t\xa0]+)(?P<body>.*)", re.S
)
_MAY_HOLD_BOX = re.compile(rb"[-*+.)](?:[ \t]|\xc2\xa0)+\[")
_PREFIX = re.compile(r"[\s>]*")
_ITEM = re.compile(r"(?:[-*+]|\d{1,9}[.)])(?:\s|$)")
_FENCE = re.compile(r"(?:(?:[-*+]|\d{1,9}[.)])\s+)?(`{3,}(?=[^`]*$)|~{3,})")
_CODE = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)")
_COMMENTS = {"<!--": "-->", "%%": "%%"}
_OPENS = re.compile("<!--|%%")
_TAB = 4


@dataclass(frozen=True, slots=True)
class Box:
    """A list item with a box: its line as text, the character in the box, what follows it, and its parent's box."""

    line: Line
    mark: str
    body: str
    under: str = ""
    """The characters in the boxes of the items that it is nested in, outermost first."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A line with a box that can't be read, and why."""

    line: Line
    reason: str


@dataclass(slots=True)
class _Place:
    """Where in a note the reading is."""

    fence: str = ""
    fence_depth: int = 0
    comment: str = ""
    """What ends the comment that goes on."""
    endless: set[str] = field(default_factory=set)
    """Ends of comments that come no more in this note."""
    items: list[tuple[int, int, str]] = field(default_factory=list)
    """The list items around: depth of quotes, indentation, the character in the box."""


def boxes(data: bytes) -> Iterator[Box | Fault]:
    """Every line with a box in the order of the note; nothing raises."""
    if not _MAY_HOLD_BOX.search(data):
        return
    lines = split(data)
    place = _Place()
    skipped = _front_matter(data)
    for line in lines:
        if line.number <= skipped:
            continue
        if len(line.raw) > LONGEST_LINE:
            if _MAY_HOLD_BOX.search(line.raw, 0, 100):
                yield Fault(line, f"The line is longer than {LONGEST_LINE} bytes.")
            continue
        found = _read(line, place, data)
        if found is not None:
            yield found


def _front_matter(data: bytes) -> int:
    """How many lines of properties a note begins with."""
    for line in split(data):
        text = line.raw.rstrip()
        if line.number == 1 and text != b"---":
            return 0
        if line.number > 1 and text in (b"---", b"..."):
            return line.number
        if line.number > 1_000:
            return 0
    return 0


def _read(line: Line, place: _Place, data: bytes) -> Box | Fault | None:
    text = line.raw.decode(errors="replace")
    if place.comment:
        if place.comment in text:
            # What follows the end of a comment on its line begins no item.
            place.comment = _left_open(text.partition(place.comment)[2], line, data, place)
        return None
    prefix = _PREFIX.match(text)[0]  # type: ignore[index]
    rest = text[len(prefix) :]
    depth = prefix.count(">")
    if _in_fence(rest, depth, place):
        return None
    place.comment = _left_open(text, line, data, place) if "<!--" in text or "%%" in text else ""
    width = len(prefix.rpartition(">")[2].expandtabs(_TAB))
    if not _ITEM.match(rest):
        if rest and not width:
            place.items.clear()
        return None
    while place.items and (place.items[-1][0] != depth or place.items[-1][1] >= width):
        place.items.pop()
    box = BOX.fullmatch(text)
    under = "".join(mark for _, _, mark in place.items)
    place.items.append((depth, width, box["mark"] if box else ""))
    if box is None or not box["body"].strip():
        return None
    try:
        line.raw.decode()
    except UnicodeDecodeError:
        return Fault(line, "The line is not UTF-8.")
    if "\0" in text or "\r" in text:
        return Fault(line, "The line holds a control character that ends lines elsewhere.")
    return Box(line, box["mark"], box["body"], under)


def _in_fence(rest: str, depth: int, place: _Place) -> bool:
    """Whether the line belongs to fenced code, its fences included; a quote's code ends with the quote."""
    if place.fence and depth >= place.fence_depth:
        if rest.startswith(place.fence) and not rest.strip().strip(place.fence[0]):
            place.fence = ""
        return True
    place.fence = ""
    if (opened := _FENCE.match(rest)) is not None:
        place.fence, place.fence_depth = opened[1], depth
        return True
    return False


def _left_open(text: str, line: Line, data: bytes, place: _Place) -> str:
    """What ends the comment that the line leaves open; nothing for one that has no end in the whole note."""
    plain = _CODE.sub("", text)
    at = 0
    while (opened := _OPENS.search(plain, at)) is not None:
        end = _COMMENTS[opened[0]]
        at = plain.find(end, opened.end())
        if at < 0:
            if end not in place.endless and data.find(end.encode(), line.stop) >= 0:
                return end
            place.endless.add(end)
            return ""
        at += len(end)
    return ""
