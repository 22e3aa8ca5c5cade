"""Every query that looks back: at a person's days, and at the log of decisions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, exists, select

from oo.kernel.db import Transaction, upsert
from oo.modules.recommender.tables import (
    baselines,
    decisions,
    outcomes,
    reactions,
    rewards,
    unlearnt,
    views,
)

_ALIVE = (reactions.c.undone_at.is_(None), reactions.c.action != "undo")


def completions_of(tx: Transaction, user: str, since: datetime) -> list[Row[Any]]:
    """Every completion of the person since an instant."""
    found = select(outcomes.c.ref, outcomes.c.at).where(outcomes.c.user_id == user, outcomes.c.at >= since)
    return list(tx.execute(found))


def reviewed(tx: Transaction, user: str) -> datetime | None:
    """When the person's days were looked at last."""
    at: datetime | None = tx.execute(select(baselines.c.at).where(baselines.c.user_id == user)).scalar_one_or_none()
    return at


def keep_baseline(tx: Transaction, row: Mapping[str, Any]) -> None:
    """Replace the person's baselines."""
    upsert(tx, baselines, row)


def without_baseline(tx: Transaction, since: datetime, decided: datetime, limit: int) -> list[str]:
    """People who have decisions since `decided`, and no baselines as young as `since`."""
    young = exists().where(baselines.c.user_id == decisions.c.user_id, baselines.c.at >= since)
    unasked = exists().where(unlearnt.c.user_id == decisions.c.user_id, unlearnt.c.through.is_(None))
    found = select(decisions.c.user_id).where(decisions.c.at >= decided, ~young, ~unasked).distinct()
    return list(tx.execute(found.order_by(decisions.c.user_id).limit(limit)).scalars())


def decisions_of(tx: Transaction, user: str, since: datetime, after: str, limit: int) -> list[Row[Any]]:
    """Ids and rows of the person's decisions that chose a tip, since an instant, after an id."""
    mine = (
        decisions.c.user_id == user,
        decisions.c.at >= since,
        decisions.c.id > after,
        decisions.c.chosen.is_not(None),
    )
    return list(tx.execute(select(decisions.c.id, decisions.c.row).where(*mine).order_by(decisions.c.id).limit(limit)))


def log(tx: Transaction, after: str, before: datetime, limit: int, user: str | None = None) -> list[Row[Any]]:
    """Decisions after an id and before an instant with their reward and whether they were seen, in the order of ids."""
    those = [decisions.c.id > after, decisions.c.at < before, *([decisions.c.user_id == user] if user else [])]
    found = (
        select(
            *(decisions.c.id, decisions.c.user_id, decisions.c.policy, decisions.c.row, decisions.c.latency_us),
            *(rewards.c.value, rewards.c.weight, rewards.c.why, rewards.c.provisional, rewards.c.burden),
            views.c.at.label("seen_at"),
            reactions.c.action,
        )
        .join(rewards, rewards.c.tip_id == decisions.c.id, isouter=True)
        .join(views, views.c.tip_id == decisions.c.id, isouter=True)
        .join(reactions, and_(reactions.c.tip_id == decisions.c.id, *_ALIVE), isouter=True)
        .where(*those)
        .order_by(decisions.c.id)
        .limit(limit)
    )
    return list(tx.execute(found))


def by_ref(rows: Iterable[Row[Any]]) -> dict[str, list[datetime]]:
    """Completions by task."""
    found: dict[str, list[datetime]] = {}
    for row in rows:
        found.setdefault(row.ref, []).append(row.at)
    return found
