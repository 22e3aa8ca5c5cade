"""Every query of what agents said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from oo.kernel.db import Prepared, Transaction, upsert
from oo.modules.recommender.tables import agent_outputs, hearings

_SAID = Prepared(
    select(agent_outputs.c.agent, agent_outputs.c.said).where(
        agent_outputs.c.user_id == bindparam("user"),
        agent_outputs.c.until > bindparam("now"),
        agent_outputs.c.said.is_not(None),
    )
)


def said(tx: Transaction, user: str, now: datetime) -> Sequence[Row[Any]]:
    """What agents said of the person that still counts, sealed."""
    return tx.fetch(_SAID, {"user": user, "now": now})


def outputs(tx: Transaction, user: str) -> Sequence[Row[Any]]:
    """All that came of asking agents about the person."""
    return tx.execute(select(agent_outputs).where(agent_outputs.c.user_id == user)).all()


def put(tx: Transaction, user: str, fresh: Sequence[Mapping[str, Any]], still: Mapping[str, datetime]) -> None:
    """Write what is new, and until when the rest (by agent) counts now."""
    upsert(tx, agent_outputs, fresh)
    for agent, until in still.items():
        mine = (agent_outputs.c.user_id == user, agent_outputs.c.agent == agent)
        tx.execute(update(agent_outputs).where(*mine).values(until=until))


def drop(tx: Transaction, user: str, agents: Sequence[str]) -> int:
    """Delete what these agents said; the number of rows."""
    mine = (agent_outputs.c.user_id == user, agent_outputs.c.agent.in_(agents))
    return tx.execute(delete(agent_outputs).where(*mine)).rowcount


def due(tx: Transaction, instant: datetime, after: str, upto: str, limit: int) -> list[str]:
    """People after an id, up to another, whose agents are to be asked before an instant, in order."""
    found = select(hearings.c.user_id).where(
        hearings.c.due_at <= instant, hearings.c.user_id > after, hearings.c.user_id <= upto
    )
    return list(tx.execute(found.order_by(hearings.c.user_id).limit(limit)).scalars())


def hearing(tx: Transaction, user: str) -> Row[Any] | None:
    """When the person's agents are to be asked, and the day of the last inference."""
    return tx.execute(select(hearings).where(hearings.c.user_id == user)).first()


def call(tx: Transaction, user: str, at: datetime) -> None:
    """Have the person's agents asked at an instant, or sooner where they would be anyway."""
    tx.run(_CALL[tx.dialect], {"user": user, "at": at})


def settle(tx: Transaction, user: str, before: datetime, due_at: datetime, inferred_on: int) -> None:
    """Have the person's agents asked next at an instant, unless somebody called meanwhile."""
    mine = (hearings.c.user_id == user, hearings.c.due_at == before)
    tx.execute(update(hearings).where(*mine).values(due_at=due_at))
    tx.execute(update(hearings).where(hearings.c.user_id == user).values(inferred_on=inferred_on))


def _calling(dialect: str) -> Prepared:
    make = sqlite.insert if dialect == "sqlite" else postgresql.insert
    calling = make(hearings).values(user_id=bindparam("user"), due_at=bindparam("at"))
    sooner = {"due_at": calling.excluded.due_at}
    return Prepared(
        calling.on_conflict_do_update(
            index_elements=["user_id"], set_=sooner, where=hearings.c.due_at > calling.excluded.due_at
        )
    )


_CALL = {"sqlite": _calling("sqlite"), "postgresql": _calling("postgresql")}
