"""One task of Todoist as an item, with what it has of fields that nobody has heard of left alone."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from oo.contracts.connectors import OCCURRENCE, Source
from oo.contracts.items import Facts, Item
from oo.contracts.reading import clean
from oo.plugins.connectors.todoist.due import deadline, due, instant

APP = "https://app.todoist.com/app/task/"
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_LINK = re.compile(r"!?\[([^\[\]]*)\]\(<?[^()<>\s]*(?:\([^()\s]*\)[^()\s]*)*>?\)")
_MARKUP = re.compile(r"(?<!\w)(\*\*\*|\*\*|__|~~|\*|_|`)(?=\S)(.+?)(?<=\S)\1(?!\w)")
_LONGEST = 1_000
_PRIORITIES = {4: 3, 3: 2, 2: 1}
"""4 is the most urgent, shown as p1 in the app."""
_UNCOMPLETABLE = "* "
_WAITING = frozenset({"waiting", "waiting-for", "waiting_for", "waitingfor"})


class Unreadable(Exception):
    """This is no task; the message says why, without a word of it."""


def key_of(fields: object) -> str:
    """The id of a task; raises `Unreadable` for one that is none."""
    found = fields.get("id") if isinstance(fields, Mapping) else None
    if not isinstance(found, str) or _ID.fullmatch(found) is None:
        raise Unreadable("A task has no id.")
    return found


def item(source: Source, fields: Mapping[str, Any], projects: Mapping[str, str]) -> Item:
    """A task, open or done; raises `Unreadable`."""
    key, title = key_of(fields), _title(fields)
    finished = instant(fields.get("completed_at")) if fields.get("checked") is True else None
    try:
        at, repeats = due(fields.get("due"))
    except ValueError:
        raise Unreadable("The date of a task cannot be read.") from None
    project = _text(fields, "project_id")
    labels = fields.get("labels")
    words = [label for label in labels if isinstance(label, str)] if isinstance(labels, list) else []
    facts = Facts(
        ref=source.ref(key),
        version=version(fields),
        state="done" if fields.get("checked") is True else "open",
        added=instant(fields.get("added_at")),
        due=at if at is not None else deadline(fields),
        finished=finished,
        priority=_priority(fields.get("priority")),
        # In a shared project, what somebody else is to do is nothing to offer; nor is what can't be finished.
        hidden=_is_anothers(fields) or str(fields.get("content", "")).startswith(_UNCOMPLETABLE),
        waiting=not _WAITING.isdisjoint(word.casefold() for word in words),
        series=key if repeats else None,
        project=project,
        labels=len(words),
        minutes=_minutes(fields.get("duration")),
    )
    return Item(facts, title, projects.get(project or ""), f"{APP}{key}")


def finished(source: Source, fields: Mapping[str, Any], projects: Mapping[str, str]) -> Item:
    """A task as the list of finished ones tells it: what recurs was finished once, and has that to its name."""
    at = instant(fields.get("completed_at"))
    if at is None:
        raise Unreadable("A finished task does not say when.")
    one = item(source, {**fields, "checked": True}, projects)
    if one.facts.series is None:
        return one
    occurrence = source.ref(f"{key_of(fields)}{OCCURRENCE}{at:%Y%m%dT%H%M%S}")
    return Item(replace(one.facts, ref=occurrence), one.title, one.project, one.where)


def version(fields: Mapping[str, Any]) -> str:
    """Another one whenever what a person sees of the task is another."""
    seen = ("content", "due", "deadline", "priority", "project_id", "labels", "duration", "checked", "responsible_uid")
    text = repr([fields.get(name) for name in seen])
    return hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=10).hexdigest()


def _title(fields: Mapping[str, Any]) -> str:
    content = fields.get("content")
    if not isinstance(content, str):
        raise Unreadable("A task has no words.")
    text = _LINK.sub(r"\1", content[:_LONGEST].removeprefix(_UNCOMPLETABLE))
    for _ in range(2):
        text = _MARKUP.sub(r"\2", text)
    if not (title := clean(text)):
        raise Unreadable("A task has no words.")
    return title


def _text(fields: Mapping[str, Any], name: str) -> str | None:
    value = fields.get(name)
    return value if isinstance(value, str) and value else None


def _priority(value: object) -> int:
    return _PRIORITIES.get(value, 0) if isinstance(value, int) and not isinstance(value, bool) else 0


def _is_anothers(fields: Mapping[str, Any]) -> bool:
    whose, mine = fields.get("responsible_uid"), fields.get("user_id")
    return whose is not None and mine is not None and whose != mine


def _minutes(value: object) -> int | None:
    """The minutes of a duration; a unit that nobody knows says nothing."""
    if not isinstance(value, Mapping) or value.get("unit") not in ("minute", "day"):
        return None
    amount = value.get("amount")
    if not isinstance(amount, int) or not 0 < amount <= 10_000:
        return None
    return amount * (1 if value["unit"] == "minute" else 24 * 60)
