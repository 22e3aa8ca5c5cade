"""One row of Todoist's CSV as a task."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from oo.contracts.items import When
from oo.contracts.reading import clean
from oo.plugins.connectors.todoist_csv.dates import repeats, when

_LABEL = re.compile(r"(?:^|(?<=\s))@([^\s@]+)")
_LINK = re.compile(r"!?\[([^\[\]]*)\]\(<?[^()<>\s]*(?:\([^()\s]*\)[^()\s]*)*>?\)")
_MARKUP = re.compile(r"(?<!\w)(\*\*\*|\*\*|__|~~|\*|_|`)(?=\S)(.+?)(?<=\S)\1(?!\w)")
_WAITING = frozenset({"waiting", "waiting-for", "waiting_for", "waitingfor"})
# The reverse of the API: 1 is the highest, 4 none.
_PRIORITIES = {"1": 3, "2": 2, "3": 1}
_UNITS = {"minute": 1, "day": 24 * 60}
_UNCOMPLETABLE = "* "
_LONGEST = 1_000
"""Characters of a row that are looked at for its title, which is shorter than that."""


@dataclass(frozen=True, slots=True)
class Task:
    """What one row says."""

    title: str
    due: When | None
    repeats: bool
    priority: int
    waiting: bool
    minutes: int | None
    labels: int
    faults: tuple[str, ...]


def is_heading(content: str) -> bool:
    """Whether Todoist shows the row without a box: it can't be finished."""
    return content.startswith(_UNCOMPLETABLE)


def task(cells: Mapping[str, str]) -> Task | None:
    """The task of a row's cells; None when it has no words. Nothing raises."""
    content = cells.get("content", "")
    title = _title(content)
    if not title:
        return None
    faults: list[str] = []
    if "\ufffd" in title:
        faults.append("Some characters are not UTF-8; they are shown as �.")
    labels = _LABEL.findall(content)
    said = cells.get("date", "")
    due = _when(said, cells.get("timezone", ""), "date", faults)
    deadline = _when(cells.get("deadline", ""), "", "deadline", faults)
    return Task(
        title=title,
        due=due if due is not None else deadline,
        repeats=repeats(said),
        priority=_priority(cells.get("priority", ""), faults),
        waiting=not _WAITING.isdisjoint(label.casefold() for label in labels),
        minutes=_minutes(cells),
        labels=len(labels),
        faults=tuple(faults),
    )


def _title(content: str) -> str:
    """The words without the labels behind them; labels among them lose their sign."""
    text = content[:_LONGEST].rstrip()
    while (last := _last_label(text)) is not None:
        text = text[: last.start()].rstrip()
    text = _LABEL.sub(lambda label: label[1].replace("_", " "), text or content[:_LONGEST])
    text = _LINK.sub(r"\1", text)
    for _ in range(2):
        text = _MARKUP.sub(r"\2", text)
    return clean(text)


def _last_label(text: str) -> re.Match[str] | None:
    at = max(text.rfind(" "), text.rfind("\t"), text.rfind("\n")) + 1
    match = _LABEL.match(text, at)
    return match if match is not None and match.end() == len(text) else None


def _when(
    text: str, zone: str, what: str, faults: list[str], read: Callable[[str, str], When | None] = when
) -> When | None:
    if not text:
        return None
    try:
        found = read(text, zone)
    except ValueError:
        faults.append("The time zone is not known; the time is read as the person's own.")
        found = read(text, "")
    if found is None:
        faults.append(f"The {what} is in words that are not read; the task is read without it.")
    return found


def _priority(text: str, faults: list[str]) -> int:
    if text not in ("", "1", "2", "3", "4"):
        faults.append("The priority is none of 1 to 4; it is left out.")
    return _PRIORITIES.get(text, 0)


def _minutes(cells: Mapping[str, str]) -> int | None:
    amount, unit = cells.get("duration", ""), cells.get("duration_unit", "minute").lower()
    if not re.fullmatch(r"\d{1,4}", amount) or unit not in _UNITS:
        return None
    return int(amount) * _UNITS[unit] or None
