"""How a person wants to be interrupted: the dial, quiet hours (theirs, inferred, or the usual) and silent contexts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import time
from typing import Any, Literal

from sqlalchemy import Row

from oo.contracts.contexts import CONTEXTS, ContextName
from oo.contracts.deliveries import MOST_A_DAY, Quiet, Wishes
from oo.contracts.errors import Invalid
from oo.contracts.ids import UserId
from oo.contracts.knowledge import Knowledge, Known
from oo.kernel.db import Transaction
from oo.kernel.module import Kit
from oo.modules.notifier.leaving import leaving
from oo.modules.notifier.repository import devices as repository

USUAL = Wishes()
INFERRED, NONE = "inferred", "none"
SHORTEST_NIGHT, LONGEST_NIGHT = 4.0, 12.0
"""Hours: what is inferred counts as quiet hours only when it is a night's length."""


class Wishing:
    """Reads and changes wishes."""

    def __init__(self, kit: Kit, knowledge: Knowledge) -> None:
        self._kit, self._knowledge = kit, knowledge

    async def of(self, user: UserId) -> Wishes:
        """See `Deliveries.wishes`."""
        row = await self._kit.db.read(lambda tx: repository.wishes_of(tx, user))
        needs_more = row is None or row.quiet == INFERRED
        return wishes_of(row, await self._knowledge.known(user=user) if needs_more else ())

    async def change(
        self,
        user: UserId,
        a_day: int | None,
        quiet: tuple[time, time] | Literal["inferred", "none"] | None,
        silent_in: Sequence[ContextName] | None,
    ) -> Wishes:
        """See `Deliveries.wish`."""
        if a_day is not None and not 0 <= a_day <= MOST_A_DAY:
            raise Invalid(f"The dial goes from 0 to {MOST_A_DAY} a day.")
        if silent_in is not None and not set(silent_in) <= set(CONTEXTS):
            raise Invalid(f"There is no such context; choose from {', '.join(CONTEXTS)}.")
        text = None if quiet is None else _text(quiet)
        now, note = self._kit.clock.now(), leaving(self._kit, user, "dial")

        def unit(tx: Transaction) -> None:
            before = repository.wishes_of(tx, user)
            step = USUAL.a_day if before is None else before.a_day
            row = {
                "user_id": user,
                "a_day": step if a_day is None else a_day,
                "quiet": text or (INFERRED if before is None else before.quiet),
                "silent_in": ",".join(silent_in if silent_in is not None else _silent(before)),
                "at": now,
            }
            repository.put_wishes(tx, row)
            if a_day is not None and a_day < step:
                note(tx)
            repository.change_presence(tx, user, {"planned_day": 0, "due_at": now})

        await self._kit.db.write(unit)
        return await self.of(user)


def wishes_of(row: Row[Any] | None, known: Sequence[Known] = ()) -> Wishes:
    """Wishes from what is kept of them, and what is known of the person where they said nothing of quiet hours."""
    if row is None:
        return Wishes(quiet=_inferred(known))
    if row.quiet == NONE:
        quiet = None
    elif row.quiet == INFERRED:
        quiet = _inferred(known)
    else:
        start, end = (time.fromisoformat(part) for part in row.quiet.split("-"))
        quiet = Quiet(start, end, "person")
    return Wishes(row.a_day, quiet, _silent(row))


def _silent(row: Row[Any] | None) -> tuple[ContextName, ...]:
    if row is None:
        return USUAL.silent_in
    return tuple(name for name in CONTEXTS if name in row.silent_in.split(","))


def _text(quiet: tuple[time, time] | str) -> str:
    if isinstance(quiet, str):
        if quiet not in (INFERRED, NONE):
            raise Invalid("Quiet hours are two times, `inferred` or `none`.")
        return quiet
    start, end = quiet
    if start == end:
        raise Invalid("Quiet hours that begin when they end are none; give two different times, or switch them off.")
    return f"{start:%H:%M}-{end:%H:%M}"


def _inferred(known: Sequence[Known]) -> Quiet | None:
    """What an agent inferred as the longest quiet run of hours, when it is a night long; else the usual night."""
    hours: Mapping[str, float] = {
        one.key: float(one.value)
        for one in known
        if one.key in ("quiet_start", "quiet_end") and isinstance(one.value, int | float)
    }
    if len(hours) == 2:
        start, end = hours["quiet_start"] % 24, hours["quiet_end"] % 24
        said = {one.source for one in known if one.key in hours}
        if SHORTEST_NIGHT <= (end - start) % 24 <= LONGEST_NIGHT:
            return Quiet(_clock(start), _clock(end), "person" if "user" in said else "inferred")
    return USUAL.quiet


def _clock(hours: float) -> time:
    minutes = round(hours * 60) % 1440
    return time(minutes // 60, minutes % 60)
