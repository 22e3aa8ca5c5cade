"""What came of moments teaches when to interrupt: half an hour later, each moment once, in their order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Row

from oo.contracts.ids import UserId
from oo.engine.interrupting.worth import JUST_IN_TIME_MINUTES
from oo.kernel.db import Transaction
from oo.kernel.keys import KeyGone
from oo.kernel.module import Kit
from oo.modules.notifier.gathering import LEARNT_FROM, Gathering, Person
from oo.modules.notifier.repository import moments

SETTLED = timedelta(minutes=JUST_IN_TIME_MINUTES + 5)
"""Reactions within the half hour are heard of by then."""
AT_ONCE = 400


@dataclass(frozen=True, slots=True)
class Learning:
    """Learns."""

    kit: Kit
    gathering: Gathering

    async def run(self) -> int:
        """Learn from every moment whose half hour is over; how many."""
        count = 0
        while True:
            before = self.kit.clock.now() - SETTLED
            rows = await self.kit.db.read(lambda tx, before=before: moments.unlearnt(tx, before, AT_ONCE))  # type: ignore[misc]
            if not rows:
                return count
            by_user: dict[str, list[Row[Any]]] = {}
            for row in rows:
                by_user.setdefault(row.user_id, []).append(row)
            people = await self.gathering.people([UserId(user) for user in by_user])
            for user, mine in by_user.items():
                await self._learn(people.get(UserId(user)), mine)
            count += len(rows)

    async def _learn(self, person: Person | None, rows: Sequence[Row[Any]]) -> None:
        ids = [row.id for row in rows]
        allowed = person is not None and LEARNT_FROM in await self.gathering.consents.granted(user=person.user)
        taught = None
        if person is not None and allowed:
            try:
                taught = self._taught(person, rows)
            except KeyGone:
                taught = None

        def unit(tx: Transaction) -> None:
            moments.mark_learnt(tx, ids)
            if taught is not None and person is not None:
                now = moments.tempers_of(tx, [person.user]).get(person.user)
                # Price and dose move at each moment, maybe since this was read: theirs are left as they are.
                kept = {} if now is None else {"price": now.price, "dose": now.dose}
                moments.put_temper(tx, {**taught, **kept})

        await self.kit.db.write(unit)

    def _taught(self, person: Person, rows: Sequence[Row[Any]]) -> dict[str, Any] | None:
        from oo.engine.timing import SHIPPED
        from oo.modules.notifier.weighing import read_moment, state_of, temper_row  # numpy comes with it

        state, last = None, ""
        for row in rows:
            found = read_moment(row)
            if found is None:
                continue
            moment, send, kept = found
            state = state_of(self.kit.keys, person, kept["share"]) if state is None else state
            state = SHIPPED.update(state, moment, send, SHIPPED.net(row.reward or 0.0, send, kept["dose"]))
            last = row.id
        if state is None:
            return None
        return temper_row(self.kit.keys, person.user, state, last, self.kit.clock.now())
