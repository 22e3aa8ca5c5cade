"""The headlines of an org file with what stands around them: keywords, inherited tags, archives, blocks.

Facts: orgmode.org manual and syntax. Bytes are cut with regular expressions, so that a large file costs little.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

LONGEST_LINE = 10_000
"""Bytes; a longer headline is none that a person wrote."""

_BOM = b"\xef\xbb\xbf"
_HEADLINE = re.compile(rb"^(\*+)[ \t]+([^\r\n]*)", re.MULTILINE)
_SETTING = re.compile(rb"^[ \t]*#\+(TODO|SEQ_TODO|TYP_TODO|FILETAGS|CATEGORY):[ \t]*([^\r\n]*)", re.MULTILINE | re.I)
_FENCE = re.compile(rb"^[ \t]*#\+(BEGIN|END)_(\S+)", re.MULTILINE | re.IGNORECASE)
_KEYWORD = re.compile(r"([^\s()|]+)(?:\([^)]*\))?$")
_TAGS = re.compile(r"(?:^|(?<=\s))(:[\w@#%]+(?::[\w@#%]+)*:)$")
_PRIORITY = re.compile(r"\[#([A-Za-z]|\d{1,2})\]\s*")
_COMMENT = re.compile(r"COMMENT(?:\s+|$)")
_ARCHIVED = "archive"


@dataclass(frozen=True, slots=True)
class Settings:
    """What a file says of itself."""

    open: frozenset[str] = frozenset({"TODO"})
    done: frozenset[str] = frozenset({"DONE"})
    tags: tuple[str, ...] = ()
    category: str = ""


@dataclass(frozen=True, slots=True)
class Headline:
    """A headline with a keyword, and the bytes between it and the next headline."""

    line: int
    keyword: str
    priority: str
    title: str
    tags: tuple[str, ...]
    """Own and inherited, each once."""
    above: tuple[str, ...]
    """The titles of the headlines that it is under, outermost first."""
    raw: bytes
    body: bytes
    fault: str = ""
    """Why it can't be read."""


@dataclass(slots=True)
class _Level:
    stars: int
    title: str
    tags: tuple[str, ...]
    skipped: bool


@dataclass(slots=True)
class _Place:
    """Where in an outline the reading is."""

    settings: Settings
    levels: list[_Level] = field(default_factory=list)


def plain(data: bytes) -> bytes:
    """The file with line feeds, without a byte order mark."""
    data = data.removeprefix(_BOM)
    return data.replace(b"\r", b"\n") if b"\r" in data and b"\n" not in data else data


def settings(data: bytes) -> Settings:
    """The keywords, tags and category that a plain file declares, wherever it does."""
    open_ones: set[str] = set()
    done: set[str] = set()
    tags: list[str] = []
    category = ""
    for match in _SETTING.finditer(data):
        name, value = match[1].upper(), match[2][:LONGEST_LINE].decode(errors="replace")
        if name == b"FILETAGS":
            tags += [tag for tag in re.split(r"[:\s]+", value) if tag]
        elif name == b"CATEGORY":
            category = value.strip()
        else:
            before, after = _keywords(value)
            open_ones |= before
            done |= after
    if not open_ones | done:
        return Settings(tags=tuple(tags), category=category)
    return Settings(frozenset(open_ones - done), frozenset(done), tuple(tags), category)


def headlines(data: bytes, of: Settings) -> Iterator[Headline]:
    """Every headline of a plain file that has a keyword, but none that is archived or commented out."""
    place = _Place(of)
    line, counted = 1, 0
    found = _outside_blocks(data)
    match = next(found, None)
    while match is not None:
        following = next(found, None)
        line += data.count(b"\n", counted, match.start())
        counted = match.start()
        stop = following.start() if following is not None else len(data)
        headline = _headline(match, data[match.end() : stop], line, place)
        if headline is not None:
            yield headline
        match = following


def _outside_blocks(data: bytes) -> Iterator[re.Match[bytes]]:
    blocks = _blocks(data)
    start, stop = next(blocks, (len(data), len(data)))
    for match in _HEADLINE.finditer(data):
        while match.start() >= stop and start < len(data):
            start, stop = next(blocks, (len(data), len(data)))
        if not start <= match.start() < stop:
            yield match


def _blocks(data: bytes) -> Iterator[tuple[int, int]]:
    """Where `#+begin_… #+end_…` begin and end; one that has no end is none."""
    begun: re.Match[bytes] | None = None
    for fence in _FENCE.finditer(data):
        if fence[1].upper() == b"BEGIN":
            if begun is None or begun[2].upper() == fence[2].upper():
                begun = fence
        elif begun is not None and begun[2].upper() == fence[2].upper():
            yield begun.start(), fence.end()
            begun = None


def _keywords(value: str) -> tuple[set[str], set[str]]:
    """The open and the done keywords of a line; without a bar the last one is done."""
    before, bar, after = value.partition("|")
    names = [[match[1] for word in part.split() if (match := _KEYWORD.match(word))] for part in (before, after)]
    if not bar and names[0]:
        names = [names[0][:-1], names[0][-1:]]
    return set(names[0]), set(names[1])


def _headline(match: re.Match[bytes], body: bytes, line: int, place: _Place) -> Headline | None:
    stars, raw = len(match[1]), match[2]
    while place.levels and place.levels[-1].stars >= stars:
        place.levels.pop()
    above = place.levels[-1] if place.levels else _Level(0, "", place.settings.tags, skipped=False)
    if len(raw) > LONGEST_LINE:
        place.levels.append(_Level(stars, "", above.tags, above.skipped))
        reason = f"The headline is longer than {LONGEST_LINE} bytes."
        return None if above.skipped else Headline(line, "", "", "", (), (), b"", b"", reason)
    text = raw.decode(errors="replace").strip()
    own = _TAGS.search(text)
    text = text[: own.start()].rstrip() if own else text
    keyword, _, rest = text.partition(" ")
    if keyword not in place.settings.open | place.settings.done:
        keyword, rest = "", text
    priority, comment, title = _marks(rest.strip())
    tags = tuple(dict.fromkeys((*above.tags, *(tag for tag in (own[1] if own else "").split(":") if tag))))
    skipped = above.skipped or comment or _ARCHIVED in (tag.casefold() for tag in tags)
    titles = tuple(level.title for level in place.levels)
    place.levels.append(_Level(stars, title.casefold(), tags, skipped))
    if skipped or not keyword:
        return None
    return Headline(line, keyword, priority, title, tags, titles, raw, body)


def _marks(rest: str) -> tuple[str, bool, str]:
    """The priority, whether it is commented out, and the title, in whichever order they stand."""
    priority, comment = "", False
    for _ in range(2):
        if (found := _PRIORITY.match(rest)) is not None:
            priority, rest = found[1].upper(), rest[found.end() :]
        if (found := _COMMENT.match(rest)) is not None:
            comment, rest = True, rest[found.end() :]
    return priority, comment, rest
