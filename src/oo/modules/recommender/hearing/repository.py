"""Every query of what agents said."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, Integer, Row, bindparam, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from oo.kernel.db import Prepared, Transaction, among, upsert
from oo.modules.recommender.tables import agent_outputs, hearings, rounds

NOT_CALLED = datetime(9000, 1, 1, tzinfo=UTC)
"""When somebody is to be asked outside of a round whom nothing calls for."""

HERE = timedelta(days=7)
"""Whoever nothing happened to, and who did not look, for so long is left out of the rounds until then."""
_GREETED = timedelta(days=1)
"""So often a visit alone has somebody asked about; what happens does so each time."""

_USER: BindParameter[Any] = bindparam("user")
_SAID = Prepared(
    select(
        agent_outputs.c.agent,
        agent_outputs.c.version,
        agent_outputs.c.digest,
        agent_outputs.c.said,
        agent_outputs.c.until,
        agent_outputs.c.at,
        select(hearings.c.heard_at).where(hearings.c.user_id == _USER).scalar_subquery().label("heard_at"),
        select(func.max(rounds.c.at))
        .where(rounds.c.after < _USER, rounds.c.upto >= _USER)
        .scalar_subquery()
        .label("round_at"),
    ).where(agent_outputs.c.user_id == _USER, agent_outputs.c.said.is_not(None))
)
_HEARINGS = Prepared(select(hearings).where(among(hearings.c.user_id)))
_SPAN = (
    select(hearings.c.user_id)
    .where(hearings.c.user_id > bindparam("after"), hearings.c.user_id <= bindparam("upto"))
    .order_by(hearings.c.user_id)
    .limit(bindparam("most", type_=Integer))
)
_DUE = Prepared(_SPAN.where(hearings.c.due_at <= bindparam("instant")))
_EVERYBODY = Prepared(_SPAN.where(hearings.c.heard_at.is_(None) | (hearings.c.heard_at >= bindparam("since"))))
_KEPT = Prepared(
    select(
        agent_outputs.c.user_id,
        agent_outputs.c.agent,
        agent_outputs.c.digest,
        agent_outputs.c.why_not,
        agent_outputs.c.said.is_not(None).label("speaks"),
    ).where(among(agent_outputs.c.user_id))
)
_SETTLE = Prepared(
    update(hearings)
    .where(hearings.c.user_id == bindparam("person"), hearings.c.due_at == bindparam("before"))
    .values(due_at=bindparam("next"), inferred_on=bindparam("day"))
)
_HEARD = Prepared(update(hearings).where(hearings.c.user_id == bindparam("person")).values(heard_at=bindparam("heard")))
_WELCOME = Prepared(
    update(hearings)
    .where(hearings.c.user_id == bindparam("person"), hearings.c.heard_at < bindparam("since"))
    .where(hearings.c.due_at > bindparam("next"))
    .values(due_at=bindparam("next"))
)
_LEARN = Prepared(
    update(hearings).where(hearings.c.user_id == bindparam("person"), hearings.c.inferred_on != 0).values(inferred_on=0)
)


class Settled(NamedTuple):
    """A person who was asked: when that was due, when it is next, when it was, and their day of the last inference."""

    user: str
    before: datetime
    next: datetime
    heard: datetime | None
    """None in a round that nothing called for: its own row says when it was."""
    day: int


def said(tx: Transaction, user: str, now: datetime) -> Sequence[Row[Any]]:
    """What agents said of the person that still counts, sealed."""
    return [row for row in tx.fetch(_SAID, {"user": user}) if counts_until(row) > now]


def counts_until(row: Row[Any]) -> datetime:
    """How long what was said counts: its time begins anew whenever the agent was asked and had nothing else to say."""
    asked = row.round_at if row.round_at is not None and is_here(row.heard_at, row.round_at) else None
    heard = max(at for at in (row.at, row.heard_at, asked) if at is not None)
    until: datetime = heard + (row.until - row.at)
    return until


def is_here(heard: datetime | None, at: datetime) -> bool:
    """Whether somebody who was called for last at an instant is in a round of another."""
    return heard is None or heard >= at - HERE


def outputs(tx: Transaction, user: str) -> Sequence[Row[Any]]:
    """All that came of asking agents about the person."""
    return tx.execute(select(agent_outputs).where(agent_outputs.c.user_id == user)).all()


def kept(tx: Transaction, users: Collection[str]) -> dict[tuple[str, str], Row[Any]]:
    """What agents last said of many people, by person and agent, as digests."""
    return {(row.user_id, row.agent): row for row in tx.fetch(_KEPT, {"users": users})}


def put(tx: Transaction, fresh: Sequence[Mapping[str, Any]]) -> None:
    """Write what is new."""
    upsert(tx, agent_outputs, fresh)


def drop(tx: Transaction, user: str, agents: Sequence[str]) -> int:
    """Delete what these agents said; the number of rows."""
    mine = (agent_outputs.c.user_id == user, agent_outputs.c.agent.in_(agents))
    return tx.execute(delete(agent_outputs).where(*mine)).rowcount


def due(tx: Transaction, instant: datetime, after: str, upto: str, limit: int) -> list[str]:
    """People after an id, up to another, whose agents are to be asked before an instant, in order."""
    asked = {"instant": instant, "after": after, "upto": upto, "most": limit}
    return [row.user_id for row in tx.fetch(_DUE, asked)]


def everybody(tx: Transaction, instant: datetime, after: str, upto: str, limit: int) -> list[str]:
    """People after an id, up to another, who are here in a round that begins at an instant, in order."""
    asked = {"since": instant - HERE, "after": after, "upto": upto, "most": limit}
    return [row.user_id for row in tx.fetch(_EVERYBODY, asked)]


def hearings_of(tx: Transaction, users: Collection[str]) -> dict[str, Row[Any]]:
    """When each of these people is to be asked, and the day of the last inference, by person."""
    return {row.user_id: row for row in tx.fetch(_HEARINGS, {"users": users})}


def call(tx: Transaction, user: str, at: datetime) -> None:
    """Have the person's agents asked at an instant; whoever is being asked right now is asked once more."""
    tx.run(_CALL[tx.dialect], {"user": user, "at": at})


def welcome(tx: Transaction, user: str, at: datetime) -> None:
    """Have the person's agents asked at an instant, if nothing called for that in the day before."""
    tx.run(_WELCOME, {"person": user, "since": at - _GREETED, "next": at})


def learn(tx: Transaction, user: str) -> None:
    """Have agents infer of the person again before they are asked next, also on the same day."""
    tx.run(_LEARN, {"person": user})


def settle(tx: Transaction, settled: Sequence[Settled]) -> None:
    """Note that people were asked; who was called meanwhile is asked again, and inferred of again."""
    tx.run(_SETTLE, [{"person": one.user, "before": one.before, "next": one.next, "day": one.day} for one in settled])
    called = [{"person": one.user, "heard": one.heard} for one in settled if one.heard is not None]
    if called:
        tx.run(_HEARD, called)


def keep_round(tx: Transaction, after: str, upto: str, at: datetime, old: datetime) -> None:
    """Note that all of a span were asked; what it covers, and what is older than `old`, goes."""
    covered = (rounds.c.after >= after) & (rounds.c.upto <= upto)
    tx.execute(delete(rounds).where(covered | (rounds.c.at < old)))
    upsert(tx, rounds, {"upto": upto, "after": after, "at": at})


def _calling(dialect: str) -> Prepared:
    make = sqlite.insert if dialect == "sqlite" else postgresql.insert
    calling = make(hearings).values(user_id=bindparam("user"), due_at=bindparam("at"))
    return Prepared(calling.on_conflict_do_update(index_elements=["user_id"], set_={"due_at": calling.excluded.due_at}))


_CALL = {"sqlite": _calling("sqlite"), "postgresql": _calling("postgresql")}
