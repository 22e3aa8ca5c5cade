"""Forgetting of what is learnt: what is too old, and what is of no use any more."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import and_, delete, exists, or_, select, tuple_

from oo.kernel.db import Transaction
from oo.modules.recommender.repository.learnt import SLICE
from oo.modules.recommender.tables import decisions, lessons, outcomes, rewards, states


def forget_before(tx: Transaction, instant: datetime, settled: datetime) -> int:
    """Delete a slice of what is older than an instant, and of revisions that are of no use any more.

    A revision is of use to the decision that was made with it, and to learn anew from when a reward changes, which none
    from before `settled` does: of these the last right one stays. The number of rows.
    """
    newer = states.alias("newer")
    later = (
        newer.c.user_id == states.c.user_id,
        newer.c.policy == states.c.policy,
        newer.c.revision > states.c.revision,
    )
    decided = exists().where(decisions.c.user_id == states.c.user_id, decisions.c.policy == states.c.policy)
    old = and_(states.c.at < instant, exists().where(*later, newer.c.at < instant))
    idle = and_(states.c.at < settled, exists().where(*later, newer.c.at < settled, ~newer.c.stale), ~decided)
    count = 0
    for table, which in (
        (rewards, rewards.c.updated_at < instant),
        (outcomes, outcomes.c.at < instant),
        (lessons, lessons.c.at < instant),
        (states, or_(old, idle)),
    ):
        keys = tuple_(*table.primary_key)
        some = select(*table.primary_key).where(which).limit(SLICE)
        count += tx.execute(delete(table).where(keys.in_(some))).rowcount
    return count


def has_old_states(tx: Transaction, instant: datetime) -> bool:
    """Whether there are states from before an instant."""
    return tx.execute(select(states.c.user_id).where(states.c.at < instant).limit(1)).first() is not None


def forget_retired(tx: Transaction, instant: datetime, known: Collection[str]) -> int:
    """Delete a slice of states from before an instant by policies (`<id>@<hash>`) that nobody asks any more."""
    gone = and_(states.c.at < instant, states.c.policy.not_in(known))
    keys = tuple_(*states.primary_key)
    some = select(*states.primary_key).where(gone).limit(SLICE)
    return tx.execute(delete(states).where(keys.in_(some))).rowcount
