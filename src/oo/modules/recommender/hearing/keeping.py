"""Keeps what agents said: rows for what is another than before, an event for each, at most some hundred a unit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Row

from oo.contracts.asking import Told
from oo.contracts.events import SnippetComputed
from oo.contracts.ids import UserId
from oo.kernel.db import Transaction
from oo.kernel.keys import KeyGone
from oo.kernel.module import Kit
from oo.kernel.outbox import Envelope
from oo.modules.recommender.hearing import repository
from oo.modules.recommender.hearing.repository import NOT_CALLED, Settled
from oo.modules.recommender.hearing.snippets import SAID

MOST = 450
"""Rows that are written in one unit."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """A person whose agents were asked."""

    user: UserId
    told: Sequence[Told]
    before: Row[Any] | None
    """When they were to be asked, and when they were; None for somebody who never was."""
    day: int
    """Their day, of the last inference too."""
    whole: bool
    """Whether all of the agents were asked."""


@dataclass(frozen=True, slots=True)
class _Page:
    """What one person's asking comes to in rows."""

    rows: Sequence[dict[str, Any]]
    events: Sequence[Envelope]
    settled: Settled | None
    new: bool

    @property
    def weight(self) -> int:
        return len(self.rows) + 2 * len(self.events) + 2


@dataclass(frozen=True, slots=True)
class Keeping:
    """Writes what was said."""

    kit: Kit

    async def keep(self, met: Sequence[Meeting], now: datetime) -> None:
        """Write what is another than before, and that people were asked whom something had called for."""
        kept = await self.kit.db.read(lambda tx: repository.kept(tx, [one.user for one in met]))
        pages = [page for one in met if (page := self._page(one, kept, now)) is not None]
        for unit in _units(pages):
            await self.kit.db.write(partial(self._write, pages=unit))

    def _page(self, one: Meeting, kept: dict[tuple[str, str], Row[Any]], now: datetime) -> _Page | None:
        try:
            cipher = self.kit.keys.cipher(one.user)
        except KeyGone:  # forgotten meanwhile
            return None
        fresh = [said for said in one.told if _is_news(said, kept.get((one.user, said.agent)), one.whole)]
        rows = [
            {
                "user_id": one.user,
                "agent": said.agent,
                "version": said.version,
                "digest": said.digest,
                "why_not": said.why_not,
                "said": None if said.said is None else cipher.seal(SAID, said.said),
                "until": said.until,
                "at": now,
            }
            for said in fresh
        ]
        events = [self._told(one.user, said, now) for said in fresh if _is_told(said, kept.get((one.user, said.agent)))]
        settled = _settled(one, now)
        if not rows and settled is None:
            return None
        return _Page(rows, events, settled, one.before is None)

    def _told(self, user: UserId, said: Told, now: datetime) -> Envelope:
        digest = self.kit.keys.digest("snippet", said.digest) if said.said is not None else ""
        snippet = f"{said.agent}@{digest[:12]}" if digest else ""
        event = SnippetComputed(said.agent, said.version, snippet, digest, said.evidence, now, said.until)
        return self.kit.outbox.envelope(user, event)

    def _write(self, tx: Transaction, pages: Sequence[_Page]) -> None:
        repository.put(tx, [row for page in pages for row in page.rows])
        for page in pages:
            if page.new and page.settled is not None:
                repository.call(tx, page.settled.user, page.settled.before)
        repository.settle(tx, [page.settled for page in pages if page.settled is not None])
        self.kit.outbox.publish_all(tx, [event for page in pages for event in page.events])


def _is_news(said: Told, before: Row[Any] | None, whole: bool) -> bool:
    """Whether it is another than before; of one that was asked by itself the time begins anew, too."""
    if before is None:
        return said.said is not None or (said.why_not or "").startswith("failed:")
    return (before.digest, before.why_not) != (said.digest, said.why_not) or (not whole and said.said is not None)


def _is_told(said: Told, before: Row[Any] | None) -> bool:
    """Whether others hear of it: it says something else than before, or nothing any more."""
    spoke = before is not None and before.speaks
    return (said.said is not None or spoke) and (before is None or before.digest != said.digest)


def _settled(one: Meeting, now: datetime) -> Settled | None:
    """That somebody was asked whom a change had called for, or of whom was inferred anew."""
    before = one.before
    if not one.whole:
        return None if before is not None else Settled(one.user, now, now, now, one.day)
    if before is None:
        return Settled(one.user, now, NOT_CALLED, now, one.day)
    if before.due_at <= now:
        return Settled(one.user, before.due_at, NOT_CALLED, now, one.day)
    if before.inferred_on != one.day:
        return Settled(one.user, before.due_at, NOT_CALLED, now if before.heard_at is None else None, one.day)
    return None


def _units(pages: Sequence[_Page]) -> Iterator[list[_Page]]:
    unit: list[_Page] = []
    weight = 0
    for page in pages:
        if unit and weight + page.weight > MOST:
            yield unit
            unit, weight = [], 0
        unit.append(page)
        weight += page.weight
    if unit:
        yield unit
