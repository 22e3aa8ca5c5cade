"""One line with a box as a task: state, dates, priority, words (docs of Obsidian Tasks; GFM)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from oo.contracts.items import State
from oo.plugins.connectors.markdown.notes import Box
from oo.plugins.connectors.markdown.recurrence import Rule, rule
from oo.plugins.connectors.markdown.signs import Signs, signs, stray
from oo.plugins.connectors.markdown.words import tags, title

_PRIORITIES = {"highest": 3, "high": 3, "medium": 2, "low": 1, "lowest": 1}
_WAITING = frozenset({"waiting", "waiting-for", "waitingfor"})
_DAYS = {
    "due": "due date",
    "scheduled": "scheduled date",
    "start": "start date",
    "created": "creation date",
    "completion": "completion date",
    "cancelled": "cancellation date",
}


@dataclass(frozen=True, slots=True)
class Task:
    """What one line says."""

    state: State
    title: str
    identity: str
    """The words that make it this task, normalised."""
    added: date | None
    finished: date | None
    due: date | None
    start: date | None
    scheduled: date | None
    priority: int
    started: bool
    hidden: bool
    waiting: bool
    rule: Rule | None
    """When it comes round again."""
    id: str | None
    depends: tuple[str, ...]
    labels: int
    faults: tuple[str, ...]
    """What in the line could not be read and was left out."""

    @property
    def anchor(self) -> date | None:
        """The day from which a recurring task counts: due, else scheduled, else start."""
        return self.due or self.scheduled or self.start


def parse(box: Box, only_tag: str = "") -> Task | None:
    """Read a line; None when nothing but signs is in it, or `only_tag` is asked for and missing. Nothing raises."""
    found = signs(box.body)
    words = box.body[: found.words_stop]
    trailing = tuple(sign.value for sign in found.signs if sign.name == "tag")
    named = [*tags(words), *trailing]
    if only_tag and only_tag.lower() not in (tag.lower() for tag in named):
        return None
    text = title(words, trailing)
    if not text:
        return None
    values, faults = found.values, list[str]()
    days = {name: _day(values.get(name), what, faults) for name, what in _DAYS.items()}
    if stray(words):
        faults.append("A date's sign stands before other words, where it doesn't count.")
    repeat = _rule(values.get("repeat"), faults)
    state = state_of(box.mark)
    return Task(
        state=state,
        title=text,
        identity=" ".join([*words.casefold().split(), *(f"#{tag.casefold()}" for tag in trailing)]),
        added=days["created"],
        finished={"open": None, "done": days["completion"], "dropped": days["cancelled"]}[state],
        due=days["due"],
        start=days["start"],
        scheduled=days["scheduled"],
        priority=_PRIORITIES.get(values.get("priority", "").lower(), 0),
        started=box.mark == "/",
        hidden=state == "open" and "-" in box.under,
        waiting=not _WAITING.isdisjoint(tag.casefold() for tag in named),
        rule=repeat,
        id=values.get("id") or None,
        depends=tuple(one.strip() for one in values.get("dependsOn", "").split(",") if one.strip()),
        labels=len(named),
        faults=tuple(faults),
    )


def state_of(mark: str) -> State:
    """What the character in the box says; those of themes (`>`, `?`, `!`, …) are things to do."""
    return "done" if mark in "xX" else "dropped" if mark == "-" else "open"


def form_of(found: Signs) -> bool | None:
    """Whether the line's signs are Dataview fields; None when it has none."""
    forms = {sign.dataview for sign in found.signs if sign.name not in ("tag", "other")}
    return None if not forms else forms == {True}


def day(text: str | None) -> date | None:
    """A day as `YYYY-MM-DD`; None for anything else."""
    try:
        return date.fromisoformat(text) if text is not None and len(text) == 10 else None
    except ValueError:
        return None


def _day(text: str | None, what: str, faults: list[str]) -> date | None:
    found = day(text)
    if text is not None and found is None:
        faults.append(f"The {what} is no date; it is left out.")
    return found


def _rule(text: str | None, faults: list[str]) -> Rule | None:
    found = rule(text) if text is not None else None
    if text is not None and found is None:
        faults.append("The recurrence is not understood; the task is read as one that happens once.")
    return found
