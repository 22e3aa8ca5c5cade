"""What a read found, as steps for units of work: rows, completions and events of the same transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Row

from oo.contracts.connectors import OCCURRENCE, Source
from oo.contracts.events import BusyChanged, Event, TaskAdded, TaskChanged, TaskCompleted, TaskDeleted, TaskReopened
from oo.contracts.ids import Ref
from oo.contracts.items import Item, when_text
from oo.kernel.db import Transaction
from oo.kernel.keys import Cipher
from oo.kernel.module import Kit
from oo.modules.integrations.connection import Connection
from oo.modules.integrations.diff import Change, Known, Moment, compare
from oo.modules.integrations.repository import items
from oo.modules.integrations.repository.items import Block

UNIT = 480
"""Rows that a unit writes at most (docs/adr/0002 allows 500)."""
SLICE = 100
COMPLETIONS_KEPT = timedelta(days=400)
FORESEEN = timedelta(days=14)
"""A change of busy times further away than this is stored, but not told: the window moves on every day."""


@dataclass(frozen=True, slots=True)
class Step:
    """Part of a unit, and how many rows it writes."""

    rows: int
    run: Callable[[Transaction], None]


@dataclass(frozen=True, slots=True)
class Found:
    """What a slice of a read found: its items, what was known of them and of those that are gone, and where."""

    items: Sequence[Item]
    known: Sequence[Row[Any]]
    gone: frozenset[str]
    finished: frozenset[tuple[str, str]]
    """What was finished from here, by reference and version."""
    source: Source


def packed(todo: Iterable[Step]) -> Iterator[list[Step]]:
    """The steps in their order, in units of at most `UNIT` rows."""
    unit: list[Step] = []
    size = 0
    for step in todo:
        if unit and size + step.rows > UNIT:
            yield unit
            unit, size = [], 0
        unit.append(step)
        size += step.rows
    if unit:
        yield unit


def item_steps(kit: Kit, connection: Connection, found: Found) -> list[Step]:
    """Every step that makes the stored state of items the one that was found."""
    cipher = kit.keys.cipher(connection.user)
    moment = Moment(found.source.now, found.source.zone, connection.read_at)
    before = {row.ref: Known(row.state, row.facts, row.named_at, _title(cipher, row.title)) for row in found.known}
    changes = compare(before, found.items, moment, gone=found.gone, finished=found.finished)
    return change_steps(kit, connection, changes, moment)


def change_steps(kit: Kit, connection: Connection, changes: Sequence[Change], moment: Moment) -> list[Step]:
    """The steps that store and tell changes."""
    return [_storing(kit, connection, changes[at : at + SLICE], moment) for at in range(0, len(changes), SLICE)]


def own_items(kit: Kit, connection: Connection, found: Iterable[Item]) -> list[Item]:
    """The items as they are kept, each once; raises `ValueError` for one that is not the connection's own."""
    kept: dict[str, Item] = {}
    for item in found:
        if not item.facts.ref.startswith(f"{connection.id}:"):
            raise ValueError("a connector gave an item under another connection's name")
        kept.setdefault(item.facts.ref, _tokens(kit, connection, item))
    return list(kept.values())


def busy_steps(
    kit: Kit, connection: Connection, blocks: set[Block], stored: set[Block], now: datetime, *, whole: bool
) -> list[Step]:
    """The steps that replace the busy blocks, and tell it when what is near is another than before."""
    dropped, added = sorted(stored - blocks) if whole else [], sorted(blocks - stored)
    user, own = connection.user, connection.id
    todo: list[Step] = []
    for at in range(0, len(dropped), SLICE):
        some = dropped[at : at + SLICE]
        todo.append(Step(len(some), lambda tx, some=some: items.drop_blocks(tx, user, own, some)))  # type: ignore[misc]
    for at in range(0, len(added), SLICE):
        some = added[at : at + SLICE]
        todo.append(Step(len(some), lambda tx, some=some: items.add_blocks(tx, user, own, some)))  # type: ignore[misc]
    if any(end > now and start < now + FORESEEN for start, end, _ in (*dropped, *added)):
        told = kit.outbox.envelope(user, BusyChanged(own, len(blocks)))
        todo.append(Step(2, lambda tx: kit.outbox.publish(tx, told)))
    return todo


def _tokens(kit: Kit, connection: Connection, item: Item) -> Item:
    """The item with its project and series as keyed hashes, which say nothing without the instance's key."""
    project, series = item.facts.project, item.facts.series
    if project is None and series is None:
        return item
    facts = replace(
        item.facts,
        project=project and kit.keys.digest(f"project:{connection.user}", project),
        series=series and kit.keys.digest(f"series:{connection.user}", series),
    )
    return replace(item, facts=facts)


def _title(cipher: Cipher, sealed: bytes | None) -> Callable[[], str | None]:
    return lambda: None if sealed is None else cipher.open("items.title", sealed)


def _storing(kit: Kit, connection: Connection, changes: Sequence[Change], moment: Moment) -> Step:
    """The step of a slice of changes."""
    user, seal = connection.user, kit.keys.cipher(connection.user).seal

    @cache
    def digest(ref: str) -> str:
        return kit.keys.digest(f"completion:{user}", ref)

    rows: list[dict[str, Any]] = []
    for change in changes:
        if not change.text or change.facts is None:
            continue
        row = {"user_id": user, "ref": change.ref, "connection_id": connection.id}
        row |= {"state": change.facts.state, "facts": change.text}
        if (item := change.item) is not None:
            row |= sealed_words(seal, item, moment.now)
        rows.append(row)
    removed = [change.ref for change in changes if not change.text]
    completed = [
        {
            "user_id": user,
            "item": digest(change.ref),
            "connection_id": connection.id,
            "project": change.facts.project,
            "at": change.finished_at,
        }
        for change in changes
        if change.facts is not None and _is_kept(change.finished_at, moment.now)
    ]
    reopened = [digest(change.ref) for change in changes if change.verb == "reopened"]
    told = [kit.outbox.envelope(user, event) for change in changes if (event := _event(change, moment)) is not None]

    def run(tx: Transaction) -> None:
        items.remove(tx, user, removed)
        items.store(tx, rows)
        items.complete(tx, completed)
        items.reopen(tx, user, reopened)
        kit.outbox.publish(tx, *told)

    return Step(len(changes) + len(completed) + len(reopened) + 2 * len(told), run)


def sealed_words(seal: Callable[[str, str], bytes], item: Item, now: datetime) -> dict[str, Any]:
    """The columns of an item's words."""
    return {
        "title": seal("items.title", item.title),
        "project": None if item.project is None else seal("items.project", item.project),
        "address": None if item.where is None else seal("items.address", item.where),
        "named_at": now,
    }


def _is_kept(at: datetime | None, now: datetime) -> bool:
    return at is not None and at > now - COMPLETIONS_KEPT


def _event(change: Change, moment: Moment) -> Event | None:
    """What is told of a change; what was finished before oO knew of it is told as the past, as far as that is kept."""
    facts = change.facts
    if facts is None or (change.verb is None and not _is_kept(change.finished_at, moment.now)):
        return None
    project, series, due = facts.project or "", facts.series or "", when_text(facts.due) or ""
    if change.verb in ("completed", None):
        return TaskCompleted(
            ref=Ref(change.ref.partition(OCCURRENCE)[0]),
            version=facts.version,
            project=project,
            series=series,
            finished_at=change.finished_at,
            due=due,
            added=when_text(facts.added) or "",
            priority=facts.priority,
            past=change.verb is None,
            day_only=not isinstance(facts.finished, datetime) and change.finished_at != moment.now,
        )
    if change.verb == "reopened":
        return TaskReopened(change.ref, facts.version)
    if change.verb == "deleted":
        return TaskDeleted(change.ref)
    kind = TaskAdded if change.verb == "added" else TaskChanged
    return kind(change.ref, facts.version, project, facts.priority, due, series)
