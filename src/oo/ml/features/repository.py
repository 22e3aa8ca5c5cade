"""Every query of the features room."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Table, bindparam, delete, func, insert, select, tuple_, update

from oo.kernel.db import Prepared, Transaction, among, upsert
from oo.kernel.erasing import ROWS, erase_slice
from oo.kernel.keys import Cipher
from oo.ml.features.fold import shown
from oo.ml.features.tables import ACTIVITY, GROUPS, PRINTS, STATES, activities, folded, metadata, themes

_INSERT = Prepared(insert(activities))
_PLACE = Prepared(
    update(activities)
    .where(activities.c.user_id == bindparam("person"), activities.c.seq == bindparam("number"))
    .values(day=bindparam("day"), hour=bindparam("hour"))
)

_STATES_OF_ALL = Prepared(select(folded.c.user_id, folded.c.states).where(among(folded.c.user_id)))
_WAITING_OF_ALL = Prepared(
    select(activities)
    .where(among(activities.c.user_id), activities.c.day.is_(None))
    .order_by(activities.c.user_id, activities.c.seq)
)
_GROUPS_OF_ALL = Prepared(
    select(themes.c.user_id, themes.c.groups).where(among(themes.c.user_id), themes.c.groups.is_not(None))
)
DERIVED: Mapping[str, Sequence[Table]] = {"mood_habits": (activities, folded), "task_titles": (themes,)}
"""What is kept by which consent."""


def add(tx: Transaction, row: Mapping[str, Any]) -> None:
    """Keep an activity that nobody has folded yet."""
    tx.run(_INSERT, row)


def waiting(tx: Transaction, user: str, limit: int) -> Sequence[Row[Any]]:
    """The person's activities that are not folded yet, in their order."""
    mine = select(activities).where(activities.c.user_id == user, activities.c.day.is_(None))
    return tx.execute(mine.order_by(activities.c.seq).limit(limit)).all()


def kept(tx: Transaction, users: Collection[str], limit: int) -> tuple[dict[str, bytes], dict[str, list[Row[Any]]]]:
    """The sealed states of many people, and at most so many activities of each that wait, by person."""
    many = {"users": users}
    sealed = {row.user_id: row.states for row in tx.fetch(_STATES_OF_ALL, many)}
    waiting: dict[str, list[Row[Any]]] = {}
    for row in tx.fetch(_WAITING_OF_ALL, many):
        mine = waiting.setdefault(row.user_id, [])
        if len(mine) < limit:
            mine.append(row)
    return sealed, waiting


def people_waiting(tx: Transaction, after: str, upto: str, limit: int) -> list[str]:
    """People after an id, up to another, who have activities that are not folded, in order."""
    mine = activities.c.user_id
    found = select(mine).where(activities.c.day.is_(None), mine > after, mine <= upto).distinct()
    return list(tx.execute(found.order_by(mine).limit(limit)).scalars())


def people(tx: Transaction, after: str, limit: int) -> list[str]:
    """People after an id of whom something is kept, in order."""
    mine = activities.c.user_id
    return list(tx.execute(select(mine).where(mine > after).distinct().order_by(mine).limit(limit)).scalars())


def states(tx: Transaction, user: str) -> bytes | None:
    """The person's sealed states."""
    found: bytes | None = tx.execute(select(folded.c.states).where(folded.c.user_id == user)).scalar()
    return found


def put(tx: Transaction, user: str, sealed: bytes, now: datetime, placed: Sequence[tuple[int, int, float]]) -> None:
    """Keep states, and the day and hour (by seq) of the activities that went into them."""
    upsert(tx, folded, {"user_id": user, "states": sealed, "at": now})
    tx.run(_PLACE, [{"person": user, "number": seq, "day": day, "hour": hour} for seq, day, hour in placed])


def replace(tx: Transaction, user: str, sealed: bytes, fresh: bytes) -> None:
    """Keep states in the place of those that were read, unless they are others by now."""
    mine = (folded.c.user_id == user, folded.c.states == sealed)
    tx.execute(update(folded).where(*mine).values(states=fresh))


def past(tx: Transaction, user: str) -> Sequence[Row[Any]]:
    """All activities of the person that are folded, in their order."""
    mine = select(activities).where(activities.c.user_id == user, activities.c.day.is_not(None))
    return tx.execute(mine.order_by(activities.c.at, activities.c.seq)).all()


def touch_themes(tx: Transaction, user: str, seq: int, at: datetime) -> None:
    """Note that a task changed, so that titles are looked at again."""
    upsert(tx, themes, {"user_id": user, "seq": seq, "at": at})


def themes_due(tx: Transaction, after: str, upto: str, limit: int) -> list[str]:
    """People after an id, up to another, whose tasks changed since their titles were looked at, in order."""
    mine = themes.c.user_id
    found = select(mine).where(themes.c.seq > themes.c.through, mine > after, mine <= upto)
    return list(tx.execute(found.order_by(mine).limit(limit)).scalars())


def themes_row(tx: Transaction, user: str) -> Row[Any] | None:
    """What is kept of the person's titles."""
    return tx.execute(select(themes).where(themes.c.user_id == user)).one_or_none()


def put_themes(tx: Transaction, user: str, values: Mapping[str, Any]) -> None:
    """Keep what titles are about, unless the row was deleted meanwhile."""
    tx.execute(update(themes).where(themes.c.user_id == user).values(values))


def groups_of(tx: Transaction, users: Collection[str]) -> dict[str, bytes]:
    """The sealed groups of many people's tasks."""
    return {row.user_id: row.groups for row in tx.fetch(_GROUPS_OF_ALL, {"users": users})}


def forget_before(tx: Transaction, verbs: Sequence[str], instant: datetime) -> int:
    """Delete a slice of activities of these verbs that are older than an instant; the number of rows."""
    keys = tuple_(activities.c.user_id, activities.c.seq)
    some = select(activities.c.user_id, activities.c.seq).where(activities.c.verb.in_(verbs), activities.c.at < instant)
    return tx.execute(delete(activities).where(keys.in_(some.limit(ROWS)))).rowcount


def forget_themes_before(tx: Transaction, instant: datetime) -> int:
    """Delete a slice of what is known of titles where no task changed since an instant; the number of rows."""
    some = select(themes.c.user_id).where(themes.c.at < instant).limit(ROWS)
    return tx.execute(delete(themes).where(themes.c.user_id.in_(some))).rowcount


def counts(tx: Transaction) -> tuple[int, int]:
    """How many people have folded states, and how many activities wait."""
    people = tx.execute(select(func.count()).select_from(folded)).scalar_one()
    late = tx.execute(select(func.count()).select_from(activities).where(activities.c.day.is_(None))).scalar_one()
    return int(people), int(late)


def count(tx: Transaction, user: str, consent: str) -> int:
    """How many rows are kept of the person under a consent."""
    return sum(
        int(tx.execute(select(func.count()).select_from(table).where(table.c.user_id == user)).scalar_one())
        for table in DERIVED.get(consent, ())
    )


def erase_of(tx: Transaction, user: str, consent: str) -> int:
    """Delete a slice of what is kept under a consent; the number of rows, 0 when nothing is left."""
    return erase_slice(tx, DERIVED.get(consent, ()), user)


def erase(tx: Transaction, user: str) -> int:
    """Delete a slice of what is kept of the person; the number of rows, 0 when nothing is left."""
    return erase_slice(tx, metadata.sorted_tables, user)


def export(tx: Transaction, user: str, cipher: Cipher) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """What happened and what was folded of it, opened."""
    rows = tx.execute(select(activities).where(activities.c.user_id == user).order_by(activities.c.seq)).mappings()
    mine = tx.execute(select(folded).where(folded.c.user_id == user)).mappings()
    return {
        "activities": [{**row, "data": json.loads(cipher.open_bytes(ACTIVITY, row["data"]))} for row in rows],
        "themes": [
            {
                **row,
                "prints": None if row["prints"] is None else json.loads(cipher.open_bytes(PRINTS, row["prints"])),
                "groups": None if row["groups"] is None else json.loads(cipher.open_bytes(GROUPS, row["groups"])),
            }
            for row in tx.execute(select(themes).where(themes.c.user_id == user)).mappings()
        ],
        "folded": [{**row, "states": shown(cipher.open_bytes(STATES, row["states"]))} for row in mine],
    }
