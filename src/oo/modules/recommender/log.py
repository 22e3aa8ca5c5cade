"""The log of decisions for whoever watches over policies, and who decides."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Row

from oo.contracts.decisions import Decision
from oo.contracts.errors import Invalid
from oo.contracts.ids import DecisionId, UserId
from oo.contracts.lineups import Assigned, Difference, Lineup, Logged, Owed, Verification
from oo.contracts.policies import Policy, State
from oo.engine.rows import from_row
from oo.engine.verify import differences
from oo.kernel.db import Transaction
from oo.kernel.module import Kit
from oo.modules.recommender.field import Field, opened, tag_of
from oo.modules.recommender.learning import HABITS, Learning
from oo.modules.recommender.owing import Owing
from oo.modules.recommender.repository import learnt, past

PAGE = 200
LAG = timedelta(seconds=2)
"""Ids sort by their making, not by their commit: younger rows may still come in between."""


class Log:
    """Keeps the promise `DecisionLog`."""

    def __init__(self, kit: Kit, field: Field, learning: Learning) -> None:
        self._kit, self._field, self._learning = kit, field, learning

    async def lineup(self) -> Lineup:
        """See `DecisionLog.lineup`."""
        return await self._kit.db.read(self._field.lineup)

    async def appoint(self, *, lineup: Lineup) -> Lineup:
        """See `DecisionLog.appoint`."""
        named = [one for one in (lineup.champion, lineup.challenger, lineup.former) if one is not None]
        if missing := [one for one in named if self._field.policy(one) is None]:
            raise Invalid(f"There is no policy {missing[0]!r} here; there are: {', '.join(self._field.ids)}.")
        if min(lineup.share, lineup.kept_back) < 0 or lineup.share + lineup.kept_back > 1:
            raise Invalid("The shares of challenger and former champion are between 0 and 1, together as well.")
        now = self._kit.clock.now()
        row = {
            "id": self._kit.ids.new(),
            "at": now,
            "setting": self._field.setting,
            "champion": lineup.champion,
            "challenger": lineup.challenger,
            "share": lineup.share,
            "former": lineup.former,
            "kept_back": lineup.kept_back,
            "trial": lineup.trial,
        }
        await self._kit.db.write(lambda tx: learnt.add_lineup(tx, row))
        return await self.lineup()

    async def policies(self) -> Sequence[str]:
        """See `DecisionLog.policies`."""
        return self._field.ids

    async def watched(self) -> Sequence[str]:
        """See `DecisionLog.watched`."""
        return [policy.id for policy in await self._kit.db.read(self._field.watched)]

    async def logged(
        self, *, after: str = "", limit: int = PAGE, before: datetime | None = None, user: UserId | None = None
    ) -> list[Logged]:
        """See `DecisionLog.logged`."""
        until = before or self._kit.clock.now() - LAG
        rows = await self._kit.db.read(lambda tx: past.log(tx, after, until, limit, user))
        return await asyncio.to_thread(lambda: [one for row in rows if (one := _logged(row)) is not None])

    async def state(self, *, user: UserId, policy: str, before: datetime) -> State:
        """See `DecisionLog.state`."""
        known = self._field.policy(policy)
        if known is None:
            raise Invalid(f"There is no policy {policy!r} here; there are: {', '.join(self._field.ids)}.")
        initial = self._field.initial(known)
        if not initial.arrays:
            return initial
        tag = tag_of(known)
        row, behind = await self._kit.db.read(
            lambda tx: (learnt.state_before(tx, user, tag, before), learnt.unlearnt_by(tx, user, tag, before))
        )
        if behind is not None:  # it stands by, and learns only now that somebody asks

            def unit(tx: Transaction) -> Row[Any] | None:
                self._learning.catch_up(tx, user, known, before)
                return learnt.state_before(tx, user, tag, before)

            row = await self._kit.db.write(unit)
        return initial if row is None else opened(self._kit.keys, user, row.state)

    async def owed(self, *, user: UserId, agents: Collection[str]) -> list[Owed]:
        """See `DecisionLog.owed`."""
        return await Owing(self._kit, self._field).owed(user, agents) if agents else []

    async def learnt(self, *, user: UserId, consent: str) -> int:
        """See `DecisionLog.learnt`."""
        if consent != HABITS:
            return 0
        return await self._kit.db.read(lambda tx: learnt.records(tx, user))

    async def verify(self) -> Verification:
        """See `DecisionLog.verify`."""
        found, after, until = Verification(), "", self._kit.clock.now() + LAG
        while page := await self._kit.db.read(partial(self._page, after=after, until=until)):
            after = page[-1][0].id
            found = await asyncio.to_thread(self._verified, found, page)
        return found

    def _page(
        self, tx: Transaction, after: str, until: datetime
    ) -> list[tuple[Row[Any], Decision | None, bytes | None]]:
        """Rows of the log, the decision of those that can be read, and what was learnt when it was made."""
        page: list[tuple[Row[Any], Decision | None, bytes | None]] = []
        for row in past.log(tx, after, until, PAGE):
            decision = _read(row)
            revision = 0 if decision is None else decision.notes.get("state", 0)
            state = learnt.state_of(tx, row.user_id, row.policy, revision) if revision else None
            page.append((row, decision, None if state is None else state.state))
        return page

    def _verified(
        self, found: Verification, page: Sequence[tuple[Row[Any], Decision | None, bytes | None]]
    ) -> Verification:
        equal, forgotten, damaged = found.equal, found.forgotten, found.damaged
        elsewhere, different = dict(found.elsewhere), list(found.different)
        for row, decision, sealed in page:
            if decision is None:
                damaged += 1
            elif (policy := self._field.named(decision.policy)) is None:
                elsewhere[decision.policy] = elsewhere.get(decision.policy, 0) + 1
            elif decision.notes.get("state") and sealed is None:
                forgotten += 1
            elif what := self._differences(UserId(row.user_id), decision, policy, sealed):
                different.append(Difference(DecisionId(row.id), tuple(what)))
            else:
                equal += 1
        return Verification(equal, tuple(different), elsewhere, forgotten, damaged)

    def _differences(self, user: UserId, decision: Decision, policy: Policy, sealed: bytes | None) -> Sequence[str]:
        state = self._field.initial(policy) if sealed is None else opened(self._kit.keys, user, sealed)
        return differences(decision, policy, state)


def _read(row: Row[Any]) -> Decision | None:
    try:
        return from_row(row.row)
    except (KeyError, TypeError, ValueError):
        return None


def _logged(row: Row[Any]) -> Logged | None:
    decision = _read(row)
    if decision is None:
        return None
    reward = None
    if row.weight:
        reward = Assigned(row.value, row.weight, row.why, row.provisional, row.burden)
    seen = row.seen_at is not None or row.action is not None
    return Logged(UserId(row.user_id), decision, row.latency_us, seen, row.action, reward)
