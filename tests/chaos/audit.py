"""Compares what was acknowledged with what is in the log, in the rooms and in the ledger, past all of oO's code."""

from __future__ import annotations

import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.chaos.writers import Acknowledged

Ask = Callable[[str], Sequence[Sequence[Any]]]


@dataclass(frozen=True, slots=True)
class Findings:
    """What the audit found; everything but `events` and `acknowledged` has to be 0."""

    acknowledged: int
    events: int
    lost: int
    """Acknowledged reactions without their row, rows without their event, events without their effect."""
    doubled: int
    """Effects beyond the first."""
    disordered: int
    """Effects that came after a later one of the same person."""
    behind: int
    """Cursors that are not at the last event that their room wants."""
    parked: int

    @property
    def clean(self) -> bool:
        """Nothing is wrong, and there was something to look at."""
        return self.events > 0 and not (self.lost or self.doubled or self.disordered or self.behind or self.parked)

    def __str__(self) -> str:
        """The figures in words."""
        said = f"{self.events} events, {self.lost} lost, {self.doubled} doubled, {self.disordered} out of order"
        said += f", {self.behind} cursors behind" if self.behind else ""
        return said + (f", {self.parked} parked" if self.parked else "")


def of_sqlite(path: Path) -> Ask:
    """Asks a file; its schemas are left out, as SQLite has none."""

    def ask(statement: str) -> Sequence[Sequence[Any]]:
        for schema in ("events.", "recommender.", "ledger."):
            statement = statement.replace(schema, "")
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)) as raw:
            return raw.execute(statement).fetchall()

    return ask


def of_postgres(url: str) -> Ask:
    """Asks a Postgres database, on one connection that comes back after the server did."""
    import psycopg

    lines: list[psycopg.Connection[Any]] = []

    def ask(statement: str) -> Sequence[Sequence[Any]]:
        for _ in range(200):  # the server may just be coming back
            try:
                if not lines:
                    lines.append(psycopg.connect(url, autocommit=True))
                return lines[0].execute(statement.encode()).fetchall()
            except psycopg.OperationalError:
                lines.clear()
                time.sleep(0.05)
        raise RuntimeError("Postgres does not answer the audit")

    return ask


def drained(ask: Ask) -> bool:
    """Whether every event of the log was handed on and has its effect."""
    [[missing]] = ask(
        "SELECT count(*) FROM events.outbox o WHERE NOT EXISTS"
        " (SELECT 1 FROM ledger.effects e WHERE e.event_id = o.event_id)"
    )
    return not missing and not ask("SELECT 1 FROM events.outbox WHERE NOT sent LIMIT 1")


def look(ask: Ask, acknowledged: Iterable[Acknowledged]) -> Findings:
    """Look at everything; call it when nothing is in flight any more."""
    known = {(one.user, one.key) for one in acknowledged}
    reactions = {(str(user), str(key)) for user, key in ask("SELECT user_id, key FROM recommender.reactions")}
    log = [
        (str(event), str(user), int(seq), str(kind))
        for event, user, seq, kind in ask(
            "SELECT event_id, user_id, user_seq, type FROM events.outbox ORDER BY user_id, user_seq"
        )
    ]
    heard = [
        (str(event), str(user), int(seq))
        for event, user, seq in ask("SELECT event_id, user_id, seq FROM ledger.effects ORDER BY id")
    ]
    told = Counter(user for _, user, _, kind in log if kind == "tips.tip.reacted")
    rows = Counter(user for user, _ in reactions)
    effects = Counter(event for event, _, _ in heard)
    untold = sum(abs(rows[user] - told[user]) for user in rows | told)
    lost = len(known - reactions) + untold + _gaps(log) + sum(event not in effects for event, _, _, _ in log)
    return Findings(
        acknowledged=len(known),
        events=len(log),
        lost=lost,
        doubled=sum(count - 1 for count in effects.values()),
        disordered=_disordered(heard),
        behind=_behind(ask, log),
        parked=len(ask("SELECT event_id FROM events.parked")),
    )


def _gaps(log: Sequence[tuple[str, str, int, str]]) -> int:
    """Numbers that are missing in the order of a person."""
    last: dict[str, int] = {}
    missing = 0
    for _, user, seq, _ in log:
        missing += seq - last.get(user, 0) - 1
        last[user] = seq
    return missing


def _disordered(heard: Sequence[tuple[str, str, int]]) -> int:
    highest: dict[str, int] = {}
    late = 0
    for _, user, seq in heard:
        late += seq < highest.get(user, 0)
        highest[user] = max(seq, highest.get(user, 0))
    return late


def _behind(ask: Ask, log: Sequence[tuple[str, str, int, str]]) -> int:
    """How many cursors are not where their consumer's last event is, for the ledger, which wants every type."""
    last = {user: seq for _, user, seq, _ in log}
    at = {str(user): int(seq) for user, seq in ask("SELECT user_id, seq FROM events.cursors WHERE consumer = 'ledger'")}
    return sum(at.get(user) != seq for user, seq in last.items())
