"""Every query of the recommender."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, bindparam, delete, func, insert, or_, select, tuple_, update

from oo.contracts.decisions import WITHOUT_TASK, Hold
from oo.contracts.ids import HoldId
from oo.contracts.thoughts import thought_ref
from oo.kernel.db import Prepared, Transaction, insert_new
from oo.kernel.erasing import erase_slice
from oo.modules.recommender.tables import agent_outputs, decisions, holds, metadata, reactions, tips, views

STANDING, REACTED, OVERTAKEN = "standing", "reacted", "overtaken"
FINISHED, GONE = "finished", "gone"
"""Overtaken because its task was finished, or deleted, where it lives."""
SLICE = 500
DONE_KEPT = timedelta(days=400)
"""Said to be done, and held back for good: as long as completions are known."""
PERSONAL = tuple(table for table in metadata.sorted_tables if "user_id" in table.c)

_STANDING = Prepared(
    select(tips.c.id, tips.c.kind, tips.c.topic, tips.c.ref, tips.c.expires_at, tips.c.considered, tips.c.words)
    .where(tips.c.user_id == bindparam("user"), tips.c.state == STANDING, tips.c.expires_at > bindparam("now"))
    .order_by(tips.c.served_at.desc())
    .limit(1)
)
_TIP = Prepared(select(tips).where(tips.c.id == bindparam("tip"), tips.c.user_id == bindparam("user")))
_ACTIVE = Prepared(
    select(reactions).where(
        reactions.c.tip_id == bindparam("tip"),
        reactions.c.user_id == bindparam("user"),
        reactions.c.undone_at.is_(None),
        reactions.c.action != "undo",
    )
)
_BEFORE = Prepared(
    select(reactions).where(
        reactions.c.user_id == bindparam("user"),
        or_(
            reactions.c.key == bindparam("key"),
            and_(reactions.c.tip_id == bindparam("tip"), reactions.c.undone_at.is_(None), reactions.c.action != "undo"),
        ),
    )
)
_HOLDS = Prepared(select(holds).where(holds.c.user_id == bindparam("user")))
_SET_STATE = Prepared(update(tips).where(tips.c.id == bindparam("tip")).values(state=bindparam("to")))
_SAYS = select(agent_outputs.c.digest).where(
    agent_outputs.c.user_id == bindparam("user"),
    agent_outputs.c.agent == bindparam("agent"),
    agent_outputs.c.said.is_not(None),
)
_OVERTAKE_THOUGHT = Prepared(
    update(tips)
    .where(tips.c.user_id == bindparam("user"), tips.c.ref == bindparam("thought"), tips.c.state == STANDING)
    .where(tips.c.version != func.coalesce(_SAYS.scalar_subquery(), ""))
    .values(state=OVERTAKEN)
)
_OVERTAKE_THOUGHTS = Prepared(
    update(tips)
    .where(tips.c.user_id == bindparam("user"), tips.c.state == STANDING)
    .where(or_(*(tips.c.kind == kind for kind in sorted(WITHOUT_TASK))))
    .values(state=OVERTAKEN)
)
_OVERTAKE_HELD = {
    scope: Prepared(
        update(tips)
        .where(tips.c.user_id == bindparam("user"), tips.c.state == STANDING, about == bindparam("target"))
        .values(state=OVERTAKEN)
    )
    for scope, about in (("item", tips.c.ref), ("kind", tips.c.topic), ("series", tips.c.series))
}
_OVERTAKE = Prepared(
    update(tips).where(tips.c.user_id == bindparam("user"), tips.c.state == STANDING).values(state=bindparam("to"))
)
_OVERTAKE_REF = Prepared(
    update(tips)
    .where(tips.c.user_id == bindparam("user"), tips.c.state == STANDING, tips.c.ref == bindparam("about"))
    .values(state=bindparam("to"))
)
_SEEN = Prepared(select(views.c.tip_id).where(views.c.tip_id == bindparam("tip"), views.c.user_id == bindparam("user")))
_ADD_REACTION = Prepared(insert(reactions))
_ADD_HOLD = Prepared(insert(holds))
_ADD_DECISION = Prepared(insert(decisions))
_ADD_TIP = Prepared(insert(tips))


def standing(tx: Transaction, user: str, now: datetime) -> Row[Any] | None:
    """The tip that stands for the person, or None."""
    return _first(tx.fetch(_STANDING, {"user": user, "now": now}))


def tip(tx: Transaction, user: str, tip_id: str) -> Row[Any] | None:
    """A tip of the person, in any state."""
    return _first(tx.fetch(_TIP, {"tip": tip_id, "user": user}))


def add_decision(tx: Transaction, row: Mapping[str, Any]) -> None:
    """Log a decision."""
    tx.run(_ADD_DECISION, row)


def add_tip(tx: Transaction, row: Mapping[str, Any]) -> None:
    """Let a tip stand."""
    tx.run(_ADD_TIP, row)


def set_state(tx: Transaction, tip_id: str, state: str) -> None:
    """Move a tip to another state."""
    tx.run(_SET_STATE, {"tip": tip_id, "to": state})


def stand_again(tx: Transaction, user: str, tip_id: str, expires_at: datetime) -> None:
    """Put a tip back as the one that stands; another that took its place meanwhile steps aside."""
    overtake(tx, user)
    tx.execute(update(tips).where(tips.c.id == tip_id).values(state=STANDING, expires_at=expires_at))


def overtake(tx: Transaction, user: str, ref: str | None = None, to: str = OVERTAKEN) -> int:
    """End what stands for the person, or what stands for this ref; the number of tips."""
    if ref is None:
        return tx.run(_OVERTAKE, {"user": user, "to": to})
    return tx.run(_OVERTAKE_REF, {"user": user, "about": ref, "to": to})


def overtake_held(tx: Transaction, user: str, scope: str, target: str) -> None:
    """End what stands for the person, where a hold of this scope and target is about it."""
    tx.run(_OVERTAKE_HELD[scope], {"user": user, "target": target})


def overtake_thought(tx: Transaction, user: str, agent: str) -> None:
    """End what stands for the person and states what an agent says no more."""
    tx.run(_OVERTAKE_THOUGHT, {"user": user, "agent": agent, "thought": thought_ref(agent)})


def overtake_thoughts(tx: Transaction, user: str) -> None:
    """End what stands for the person and is no task."""
    tx.run(_OVERTAKE_THOUGHTS, {"user": user})


def forget_thoughts(tx: Transaction, user: str, agents: Collection[str]) -> None:
    """Let go of tips about what these agents said, and of their words."""
    about = (tips.c.user_id == user, tips.c.ref.in_([thought_ref(agent) for agent in agents]))
    tx.execute(update(tips).where(*about, tips.c.state == STANDING).values(state=OVERTAKEN))
    tx.execute(update(tips).where(*about).values(words=None))


def forget_connection(tx: Transaction, user: str, connection: str) -> None:
    """Let go of what holds items of an ended connection back, and of the words of tips that came from there."""
    prefix = f"{connection}:"
    own = holds.c.target.startswith(prefix, autoescape=True)
    tx.execute(delete(holds).where(holds.c.user_id == user, holds.c.scope == "item", own))
    from_there = tips.c.ref.startswith(prefix, autoescape=True)
    tx.execute(update(tips).where(tips.c.user_id == user, from_there).values(words=None))


def forget_words(tx: Transaction, instant: datetime) -> int:
    """Delete the words of a slice of tips served before an instant; the number of tips."""
    old = select(tips.c.id).where(tips.c.served_at < instant, tips.c.words.is_not(None)).limit(SLICE)
    return tx.execute(update(tips).where(tips.c.id.in_(old)).values(words=None)).rowcount


def reactions_before(tx: Transaction, user: str, key: str, tip_id: str) -> tuple[Row[Any] | None, Row[Any] | None]:
    """The reaction stored under this key, and the one to this tip that was not taken back."""
    rows = tx.fetch(_BEFORE, {"user": user, "key": key, "tip": tip_id})
    same = next((row for row in rows if row.key == key), None)
    active = next(
        (row for row in rows if row.tip_id == tip_id and row.undone_at is None and row.action != "undo"), None
    )
    return same, active


def active_reaction(tx: Transaction, user: str, tip_id: str) -> Row[Any] | None:
    """The reaction to this tip that was not taken back."""
    return _first(tx.fetch(_ACTIVE, {"tip": tip_id, "user": user}))


def add_reaction(tx: Transaction, row: Mapping[str, Any]) -> None:
    """Store a reaction."""
    tx.run(_ADD_REACTION, row)


def answered(tx: Transaction, user: str, since: datetime) -> list[datetime]:
    """When the person reacted since an instant, but for what was taken back."""
    mine = (reactions.c.user_id == user, reactions.c.at >= since, reactions.c.undone_at.is_(None))
    return list(tx.execute(select(reactions.c.at).where(*mine)).scalars())


def mark_undone(tx: Transaction, user: str, key: str, at: datetime) -> None:
    """Take a reaction back, with what it holds."""
    tx.execute(update(reactions).where(reactions.c.user_id == user, reactions.c.key == key).values(undone_at=at))


def move_undo(tx: Transaction, user: str, key: str, until: datetime) -> None:
    """Keep a reaction's undo open until another instant."""
    tx.execute(update(reactions).where(reactions.c.user_id == user, reactions.c.key == key).values(undo_until=until))


def add_hold(tx: Transaction, row: Mapping[str, Any]) -> None:
    """Hold something back."""
    tx.run(_ADD_HOLD, row)


def holds_of(tx: Transaction, user: str) -> list[Row[Any]]:
    """Everything that is held back for the person, lapsed ones included."""
    return tx.fetch(_HOLDS, {"user": user})


def release(
    tx: Transaction, user: str, *, hold: str | None = None, tip_id: str | None = None, ref: str | None = None
) -> int:
    """Let go of one hold, of those that a tip's reaction made, or of the "done" on a ref; the number of holds."""
    matches = [holds.c.user_id == user]
    if hold is not None:
        matches += [holds.c.id == hold, holds.c.reason == "dismissed"]
    if tip_id is not None:
        matches.append(holds.c.tip_id == tip_id)
    if ref is not None:
        matches += [holds.c.target == ref, holds.c.scope == "item", holds.c.reason == "done"]
    return tx.execute(delete(holds).where(*matches)).rowcount


def add_view(tx: Transaction, row: Mapping[str, Any]) -> bool:
    """Note a view; True for the first of this tip."""
    return insert_new(tx, views, row)


def was_seen(tx: Transaction, user: str, tip_id: str) -> bool:
    """Whether this tip of the person was on a screen."""
    return bool(tx.fetch(_SEEN, {"tip": tip_id, "user": user}))


def hold_of(row: Row[Any]) -> Hold:
    """A row as the engine knows it."""
    return Hold(HoldId(row.id), row.reason, row.scope, row.target, row.since, row.until, row.version)


def forget_before(tx: Transaction, instant: datetime, now: datetime) -> int:
    """Delete a slice of what is older than the retention, and holds that are over; the number of rows."""
    count = 0
    for table, old in (
        (decisions, decisions.c.at < instant),
        (views, views.c.at < instant),
        (reactions, reactions.c.at < instant),
        (tips, tips.c.served_at < instant),
        (holds, or_(holds.c.until < now, and_(holds.c.until.is_(None), holds.c.since < now - DONE_KEPT))),
    ):
        keys = tuple_(*table.primary_key)
        count += tx.execute(delete(table).where(keys.in_(select(*table.primary_key).where(old).limit(SLICE)))).rowcount
    return count


def erase(tx: Transaction, user: str) -> int:
    """Delete a slice of what is kept of the person; the number of rows, 0 when nothing is left."""
    return erase_slice(tx, PERSONAL, user)


def rows_of(tx: Transaction, user: str) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """Everything of the person, as it lies in the tables."""
    return {
        table.name: [dict(row) for row in tx.execute(select(table).where(table.c.user_id == user)).mappings()]
        for table in PERSONAL
    }


def _first(rows: list[Row[Any]]) -> Row[Any] | None:
    return rows[0] if rows else None
