"""One headline as a task: state, dates, words, and what its log says was finished."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from oo.contracts.items import State, When
from oo.contracts.reading import clean
from oo.plugins.connectors.org.outline import Headline, Settings
from oo.plugins.connectors.org.stamps import planning, stamp

MOST_LOGGED = 1_000
_LONGEST = 1_000
"""Characters of a headline that are looked at for its title, which is shorter than that."""
_PRIORITIES = {"A": 3, "B": 2, "C": 1, "1": 3, "2": 2, "3": 1}
_DROPPED = re.compile(
    r"CANCEL+(?:ED)?|KILL(?:ED)?|DROP(?:PED)?|ABANDON(?:ED)?|REJECTED|WONT-?FIX|WONTDO|NVM", re.IGNORECASE
)
_STARTED = re.compile(r"START(?:ED)?|STRT|DOING|IN[-_]?PROGRESS|ACTIVE|WORKING", re.IGNORECASE)
_WAITING = re.compile(r"WAIT(?:ING)?(?:-?FOR)?|BLOCKED|DELEGATED|HOLD", re.IGNORECASE)
_SOMEDAY = re.compile(r"SOMEDAY|MAYBE|IDEA", re.IGNORECASE)
_DRAWER = re.compile(r"\s*:PROPERTIES:\s*", re.IGNORECASE)
_END = re.compile(r"\s*:END:\s*", re.IGNORECASE)
_PROPERTY = re.compile(r"\s*:([^\s:]+):[ \t]*(.*)")
_LOGGED = re.compile(rb'^[ \t]*- State "([^"\n]+)"[ \t]+from[^\n\[]*(\[[^\]\n]+\])', re.MULTILINE)
_CLOCKED = re.compile(rb"^[ \t]*CLOCK:[ \t]*\[[^\]\n]+\][ \t\r]*$", re.MULTILINE)
_EFFORT = re.compile(r"(?:(\d{1,3}):(\d\d)|(?:(\d{1,3})h)? ?(?:(\d{1,4})(?:min|m)?)?)")
_LINK = re.compile(r"\[\[((?:[^\[\]]|\\.)*)\](?:\[((?:[^\[\]]|\[[^\[\]]*\])*)\])?\]")
_COOKIE = re.compile(r"\[\d*(?:/\d*|%)\]")
_STAMPS = re.compile(r"[<\[]\d{4}-\d\d-\d\d[^<>\[\]]*[>\]](?:--[<\[][^<>\[\]]*[>\]])?|<%%\([^>]*\)>|<<<?([^<>]*)>?>>")
_MARKUP = re.compile(r"(?<![\w*/=~+_])([*/=~+_])(?=\S)(.+?)(?<=\S)\1(?![\w*/=~+_])")
_NOT_UTF8 = "Some characters are not UTF-8; they are shown as �."


@dataclass(frozen=True, slots=True)
class Task:
    """What one headline says."""

    state: State
    title: str
    identity: tuple[str, ...]
    """The words that make it this task: of the headlines above, and its own."""
    id: str | None
    due: When | None
    start: When | None
    finished: When | None
    logged: tuple[datetime, ...]
    """When a repeating task was finished before."""
    repeats: bool
    priority: int
    started: bool
    hidden: bool
    waiting: bool
    category: str | None
    minutes: int | None
    labels: int
    version: bytes
    """What changes with the task."""
    faults: tuple[str, ...]


def task(headline: Headline, of: Settings) -> Task | None:
    """The task of a headline; None when it has no words. Nothing raises."""
    title = _title(headline.title)
    if not title:
        return None
    faults: list[str] = []
    if "\ufffd" in title and b"\xef\xbf\xbd" not in headline.raw:
        faults.append(_NOT_UTF8)
    lines = headline.body[:20_000].decode(errors="replace").splitlines()[1:]
    planned = planning(lines[0], faults) if lines else {}
    properties = _properties(lines[1:] if planned else lines)
    word = headline.keyword
    state: State = "open" if word in of.open else "dropped" if _DROPPED.fullmatch(word) else "done"
    due, start, closed = (planned.get(name) for name in ("DEADLINE", "SCHEDULED", "CLOSED"))
    repeats = any(one is not None and one.repeats for one in (due, start))
    clocked = state == "open" and _CLOCKED.search(headline.body) is not None
    tags = [tag.casefold() for tag in headline.tags]
    return Task(
        state=state,
        title=title,
        identity=(*headline.above, _COOKIE.sub("", headline.title).casefold().strip()),
        id=properties.get("id") or None,
        due=due.when if due else None,
        start=start.when if start else None,
        finished=closed.when if closed and state != "open" else None,
        logged=_logged(headline.body, of) if repeats else (),
        repeats=repeats,
        priority=_PRIORITIES.get(headline.priority, 0),
        started=state == "open" and (clocked or _STARTED.fullmatch(word) is not None),
        hidden=state == "open" and _SOMEDAY.fullmatch(word) is not None,
        waiting=state == "open" and (_WAITING.fullmatch(word) is not None or "waiting" in tags),
        category=clean(properties.get("category", "")) or None,
        minutes=_minutes(properties.get("effort", "")),
        labels=len(headline.tags),
        version=b"\0".join((headline.raw, "\n".join(lines[: len(planned) > 0]).encode(), b"x" if clocked else b"")),
        faults=tuple(faults),
    )


def _properties(lines: list[str]) -> dict[str, str]:
    """The properties of the drawer that these lines begin with; the first of each name."""
    found: dict[str, str] = {}
    if not lines or _DRAWER.fullmatch(lines[0]) is None:
        return found
    for line in lines[1:]:
        if _END.fullmatch(line):
            return found
        match = _PROPERTY.fullmatch(line)
        if match is not None:
            found.setdefault(match[1].lower(), match[2].strip())
    return found


def _logged(body: bytes, of: Settings) -> tuple[datetime, ...]:
    """When the log says that the task was finished, each instant once."""
    found: dict[datetime, None] = {}
    for match in _LOGGED.finditer(body):
        word = match[1].decode(errors="replace")
        read = stamp(match[2].decode(errors="replace"))
        if word in of.done and not _DROPPED.fullmatch(word) and read is not None and isinstance(read.when, datetime):
            found[read.when] = None
        if len(found) >= MOST_LOGGED:
            break
    return tuple(found)


def _minutes(effort: str) -> int | None:
    """`0:30`, `1h 30min`, `30`: minutes; None for what is none."""
    match = _EFFORT.fullmatch(effort.strip())
    if match is None or not effort.strip():
        return None
    hours, minutes = int(match[1] or match[3] or 0), int(match[2] or match[4] or 0)
    return hours * 60 + minutes or None


def _title(text: str) -> str:
    text = text[:_LONGEST]
    text = _STAMPS.sub(lambda found: found[1] or " ", _COOKIE.sub(" ", text))
    text = _LINK.sub(lambda link: link[2] or link[1].removeprefix("file:").lstrip("*#"), text)
    for _ in range(2):
        text = _MARKUP.sub(r"\2", text)
    return clean(text)
