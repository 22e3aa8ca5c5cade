"""Every query of what is learnt: rewards, completions, states, baselines, and who decides."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, bindparam, delete, func, insert, select, union_all, update

from oo.kernel.db import Prepared, Transaction, insert_new, upsert
from oo.kernel.erasing import erase_slice
from oo.modules.recommender.tables import (
    baselines,
    decisions,
    lessons,
    lineups,
    outcomes,
    reactions,
    rewards,
    states,
    tips,
    unlearnt,
    views,
)

SLICE = 500
LEARNT = (states, lessons, outcomes, baselines)
"""What is learnt of a person's past."""
_ALIVE = (reactions.c.undone_at.is_(None), reactions.c.action != "undo")
_LINEUP = Prepared(select(lineups).order_by(lineups.c.id.desc()).limit(1))
_STATES = (
    select(states.c.revision, states.c.through, states.c.state)
    .where(states.c.user_id == bindparam("user"), states.c.policy == bindparam("policy"))
    .order_by(states.c.revision.desc())
    .limit(1)
)
_STATE = Prepared(_STATES)
_STATE_BEFORE = Prepared(_STATES.where(states.c.at < bindparam("instant")))
_STATE_OF = Prepared(_STATES.where(states.c.revision == bindparam("number")))
_STATE_WITHOUT = Prepared(_STATES.where(states.c.through < bindparam("seq"), ~states.c.stale))
_ADD_STATE = Prepared(insert(states))
_TAUGHT = Prepared(
    select(rewards.c.seq, rewards.c.value, rewards.c.weight, decisions.c.row)
    .join(decisions, decisions.c.id == rewards.c.tip_id)
    .where(rewards.c.user_id == bindparam("user"), rewards.c.seq > bindparam("after"), rewards.c.weight > 0)
    .order_by(rewards.c.seq)
    .limit(SLICE)
)
_LIVED = Prepared(
    select(lessons.c.seq, lessons.c.kind, lessons.c.shown, lessons.c.done, decisions.c.row)
    .join(decisions, decisions.c.id == lessons.c.decision_id)
    .where(lessons.c.user_id == bindparam("user"), lessons.c.seq > bindparam("after"))
    .order_by(lessons.c.seq)
    .limit(SLICE)
)
_ASSIGNED = Prepared(
    select(rewards.c.seq, rewards.c.at)
    .where(rewards.c.user_id == bindparam("user"), rewards.c.weight > 0, rewards.c.at < bindparam("instant"))
    .order_by(rewards.c.seq.desc())
    .limit(1)
)
_KNOWS = Prepared(
    select(states.c.through)
    .where(states.c.user_id == bindparam("user"), states.c.policy == bindparam("policy"), ~states.c.stale)
    .order_by(states.c.revision.desc())
    .limit(1)
)
_UNLEARNT = Prepared(select(unlearnt.c.through).where(unlearnt.c.user_id == bindparam("user")))
_LAST = Prepared(
    union_all(
        *(
            select(func.max(one.c.seq).label("last")).where(one.c.user_id == bindparam("user"))
            for one in (rewards, lessons)
        )
    )
)
_ALIVE_OF_TIP = (reactions.c.tip_id == tips.c.id) & (reactions.c.user_id == tips.c.user_id)
_COMPLETED = select(func.min(outcomes.c.at)).where(
    outcomes.c.user_id == tips.c.user_id, outcomes.c.ref == tips.c.ref, outcomes.c.at >= tips.c.served_at
)
# One statement for what five would ask: this is asked at every reaction.
_WORTH = Prepared(
    select(
        *(tips.c.id, tips.c.user_id, tips.c.kind, tips.c.topic, tips.c.served_at),
        *(reactions.c.action, reactions.c.dwell_ms, _COMPLETED.scalar_subquery().label("completed_at")),
        *(rewards.c.seq, rewards.c.value, rewards.c.weight, rewards.c.why, rewards.c.provisional),
        rewards.c.at.label("assigned_at"),
    )
    .outerjoin_from(tips, reactions, and_(_ALIVE_OF_TIP, *_ALIVE))
    .outerjoin(rewards, rewards.c.tip_id == tips.c.id)
    .where(tips.c.id == bindparam("tip"), tips.c.user_id == bindparam("user"))
)
_BASELINE = Prepared(select(baselines.c.shares).where(baselines.c.user_id == bindparam("user")))


def lineup(tx: Transaction) -> Row[Any] | None:
    """The last lineup, or None."""
    return _first(tx.fetch(_LINEUP, {}))


def add_lineup(tx: Transaction, row: Mapping[str, Any]) -> None:
    """Appoint."""
    tx.execute(insert(lineups).values(**row))


def state(tx: Transaction, user: str, policy: str) -> Row[Any] | None:
    """The last revision of what a policy (`<id>@<hash>`) has learnt of the person."""
    return _first(tx.fetch(_STATE, {"user": user, "policy": policy}))


def state_before(tx: Transaction, user: str, policy: str, instant: datetime) -> Row[Any] | None:
    """The last revision made before an instant."""
    return _first(tx.fetch(_STATE_BEFORE, {"user": user, "policy": policy, "instant": instant}))


def state_of(tx: Transaction, user: str, policy: str, revision: int) -> Row[Any] | None:
    """One revision."""
    return _first(tx.fetch(_STATE_OF, {"user": user, "policy": policy, "number": revision}))


def state_without(tx: Transaction, user: str, policy: str, seq: int) -> Row[Any] | None:
    """The last revision that is right and knows nothing of the reward `seq` and those after it."""
    return _first(tx.fetch(_STATE_WITHOUT, {"user": user, "policy": policy, "seq": seq}))


def unlearnt_by(tx: Transaction, user: str, policy: str, instant: datetime) -> Row[Any] | None:
    """The last reward (`seq`, `at`) that was assigned before an instant, when the policy does not know it yet."""
    last, knows = (
        _first(tx.fetch(_ASSIGNED, {"user": user, "instant": instant})),
        _first(tx.fetch(_KNOWS, {"user": user, "policy": policy})),
    )
    return None if last is None or (knows is not None and knows.through >= last.seq) else last


def add_state(tx: Transaction, row: Mapping[str, Any]) -> None:
    """Add a revision."""
    tx.run(_ADD_STATE, row)


def outdate(tx: Transaction, user: str, seq: int) -> None:
    """Mark every revision, of any policy, that knows the reward `seq`: it is another now."""
    tx.execute(update(states).where(states.c.user_id == user, states.c.through >= seq).values(stale=True))


def worth(tx: Transaction, user: str, tip: str) -> Row[Any] | None:
    """What the reward of a tip follows from, and what it was so far (without a `seq`: nothing); None for no tip."""
    return _first(tx.fetch(_WORTH, {"tip": tip, "user": user}))


def next_seq(tx: Transaction, user: str) -> int:
    """The number of the person's next reward or lesson."""
    return 1 + max(int(row.last or 0) for row in tx.fetch(_LAST, {"user": user}))


def keep_reward(tx: Transaction, row: Mapping[str, Any]) -> None:
    """Add a reward, or replace the one that the tip had."""
    upsert(tx, rewards, row)


def taught(tx: Transaction, user: str, after: int) -> list[Row[Any]]:
    """Rewards that teach, with their decisions' rows, in the order of learning, after a seq."""
    return tx.fetch(_TAUGHT, {"user": user, "after": after})


def add_lesson(tx: Transaction, row: Mapping[str, Any]) -> None:
    """Add a lesson."""
    tx.execute(insert(lessons).values(**row))


def lived(tx: Transaction, user: str, after: int) -> list[Row[Any]]:
    """Lessons of life with their decisions' rows, in the order of learning, after a seq."""
    return tx.fetch(_LIVED, {"user": user, "after": after})


def learns_after(tx: Transaction, user: str) -> int | None:
    """The seq after which the person lets oO learn from their past; None when they don't."""
    row = _first(tx.fetch(_UNLEARNT, {"user": user}))
    return 0 if row is None else row.through


def records(tx: Transaction, user: str) -> int:
    """How many records of the person are what oO learnt from their past."""
    counts = (select(func.count()).where(table.c.user_id == user) for table in LEARNT)
    return sum(tx.execute(count).scalar_one() for count in counts)


def allow_learning(tx: Transaction, user: str, granted: bool, at: datetime) -> None:
    """Let oO learn from what the person does from now on; or stop, and forget what it learnt."""
    if granted and learns_after(tx, user) is None:
        upsert(tx, unlearnt, {"user_id": user, "at": at, "through": next_seq(tx, user) - 1})
    elif not granted:
        upsert(tx, unlearnt, {"user_id": user, "at": at, "through": None})
        while erase_slice(tx, LEARNT, user):
            pass


def complete(tx: Transaction, user: str, ref: str, at: datetime) -> bool:
    """Note that a task was completed in its source; True for the first time."""
    return insert_new(tx, outcomes, {"user_id": user, "ref": ref, "at": at})


def reopen(tx: Transaction, user: str, ref: str) -> bool:
    """Forget the last completion of a task; True when there was one."""
    last = select(func.max(outcomes.c.at)).where(outcomes.c.user_id == user, outcomes.c.ref == ref)
    own = (outcomes.c.user_id == user, outcomes.c.ref == ref, outcomes.c.at == last.scalar_subquery())
    return tx.execute(delete(outcomes).where(*own)).rowcount > 0


def tips_of(tx: Transaction, user: str, ref: str, since: datetime) -> list[str]:
    """Ids of tips for this task served since an instant, oldest first."""
    mine = (tips.c.user_id == user, tips.c.ref == ref, tips.c.served_at >= since)
    return list(tx.execute(select(tips.c.id).where(*mine).order_by(tips.c.served_at, tips.c.id)).scalars())


def seen(tx: Transaction, tip: str) -> bool:
    """Whether a tip was on a screen, or reacted to."""
    return any(
        tx.execute(select(table.c.tip_id).where(table.c.tip_id == tip).limit(1)).first() is not None
        for table in (views, reactions)
    )


def baseline(tx: Transaction, user: str) -> bytes | None:
    """The person's baselines, sealed."""
    row = _first(tx.fetch(_BASELINE, {"user": user}))
    return None if row is None else row.shares


def _first(rows: list[Row[Any]]) -> Row[Any] | None:
    return rows[0] if rows else None
