"""Every query of what a model is told, and of what it wrote."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from oo.kernel.db import Prepared, Transaction, upsert
from oo.modules.recommender.tables import decisions, prompt_contexts, tips, written

SLICE = 500
_TAKEN_AWAY = "taken-away"
"""Stands as why nothing was written from when something was taken away until somebody looks at the person anew."""

_WRITTEN = Prepared(
    select(written.c.ref, written.c.version, written.c.topic, written.c.language, written.c.said).where(
        written.c.user_id == bindparam("user"), written.c.until > bindparam("now")
    )
)
_CONTEXT = Prepared(select(prompt_contexts).where(prompt_contexts.c.user_id == bindparam("user")))


def written_for(tx: Transaction, user: str, now: datetime) -> list[Row[Any]]:
    """What was written of the person's tasks and still counts, sealed."""
    return tx.fetch(_WRITTEN, {"user": user, "now": now})


def context_of(tx: Transaction, user: str) -> Row[Any] | None:
    """What a model would be told, and how far it has been; None for somebody who was never looked at."""
    rows = tx.fetch(_CONTEXT, {"user": user})
    return rows[0] if rows else None


def due(tx: Transaction, now: datetime, limit: int, but: Collection[str] = ()) -> list[str]:
    """Who is to be looked at now, the longest due first, but for some."""
    found = select(prompt_contexts.c.user_id).where(prompt_contexts.c.due_at <= now)
    if but:
        found = found.where(prompt_contexts.c.user_id.not_in(but))
    return list(tx.execute(found.order_by(prompt_contexts.c.due_at).limit(limit)).scalars())


def call(tx: Transaction, user: str, at: datetime) -> None:
    """Have the person looked at at an instant, or sooner where they would be anyway."""
    tx.run(_CALL[tx.dialect], {"user": user, "at": at})


def take(tx: Transaction, user: str, until: datetime) -> Row[Any] | None:
    """Begin to look at somebody, who is due again at an instant or once anything happens; how it was before."""
    row = context_of(tx, user)
    if row is not None:
        why = None if row.why == _TAKEN_AWAY else row.why
        tx.execute(update(prompt_contexts).where(prompt_contexts.c.user_id == user).values(due_at=until, why=why))
    return row


def put_context(tx: Transaction, row: Mapping[str, Any], *, is_new: bool) -> bool:
    """Keep what a model would be told, unless something happened to somebody new, or was taken away, since it was
    gathered; whether it was kept.
    """
    there = _locked(tx, row["user_id"])
    if (there is None) != is_new or (there is not None and there.why == _TAKEN_AWAY):
        return False
    if is_new:
        tx.execute(insert(prompt_contexts), row)
    else:  # it may be due sooner by now
        values = {name: value for name, value in row.items() if name != "due_at"}
        tx.execute(update(prompt_contexts).where(prompt_contexts.c.user_id == row["user_id"]).values(values))
    return True


def is_taken_away(tx: Transaction, user: str) -> bool:
    """Whether a consent, a connection or the whole account is gone since somebody began to look at the person."""
    row = _locked(tx, user)
    return row is None or row.why == _TAKEN_AWAY


def settle(tx: Transaction, user: str, before: datetime | None, values: Mapping[str, Any]) -> None:
    """Note how far the model has been; when to look next only where nobody called since `before`."""
    mine = prompt_contexts.c.user_id == user
    due_at = {"due_at": values["due_at"]}
    tx.execute(update(prompt_contexts).where(mine, prompt_contexts.c.due_at == before).values(due_at))
    rest = {name: value for name, value in values.items() if name != "due_at"}
    if rest:
        tx.execute(update(prompt_contexts).where(mine).values(rest))


def replace(tx: Transaction, user: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep what was written just now, and nothing from before."""
    tx.execute(delete(written).where(written.c.user_id == user))
    upsert(tx, written, rows)


def drop(tx: Transaction, user: str) -> None:
    """Delete what was written of the person, and what a model would be told; what is being written is not kept."""
    gone = {"context": None, "digest": None, "written_digest": None, "why": _TAKEN_AWAY}
    tx.execute(update(prompt_contexts).where(prompt_contexts.c.user_id == user).values(gone))
    # After that: whoever keeps what was written holds the row above until their words can be seen here.
    tx.execute(delete(written).where(written.c.user_id == user))


def forget(tx: Transaction, now: datetime, words_before: datetime) -> int:
    """Delete a slice of what no longer counts, and of contexts from before an instant; the number of rows."""
    old = select(prompt_contexts.c.user_id).where(
        prompt_contexts.c.made_at < words_before, prompt_contexts.c.context.is_not(None)
    )
    of_old = prompt_contexts.c.user_id.in_(old.limit(SLICE))
    count = tx.execute(update(prompt_contexts).where(of_old).values(context=None, digest=None)).rowcount
    over = select(written.c.user_id).where(written.c.until < now).limit(SLICE)
    return count + tx.execute(delete(written).where(written.c.user_id.in_(over), written.c.until < now)).rowcount


def was_here(tx: Transaction, user: str, since: datetime) -> bool:
    """Whether anything was decided for the person since an instant, or nothing ever was."""
    last = select(decisions.c.at).where(decisions.c.user_id == user).order_by(decisions.c.at.desc()).limit(1)
    at = tx.execute(last).scalar()
    return at is None or at >= since


def overtaken_lately(tx: Transaction, user: str, now: datetime, within: timedelta) -> bool:
    """Whether the person's last tip was overtaken by a change, and nothing stands in its place."""
    mine = select(tips.c.state, tips.c.served_at).where(tips.c.user_id == user)
    last = tx.execute(mine.order_by(tips.c.served_at.desc(), tips.c.id.desc()).limit(1)).first()
    return last is not None and last.state in ("overtaken", "finished", "gone") and last.served_at > now - within


def _locked(tx: Transaction, user: str) -> Row[Any] | None:
    """As `context_of`, and nothing is taken away until the unit is over."""
    return tx.execute(select(prompt_contexts).where(prompt_contexts.c.user_id == user).with_for_update()).first()


def _calling(dialect: str) -> Prepared:
    make = sqlite.insert if dialect == "sqlite" else postgresql.insert
    calling = make(prompt_contexts).values(user_id=bindparam("user"), due_at=bindparam("at"))
    sooner = {"due_at": calling.excluded.due_at}
    return Prepared(
        calling.on_conflict_do_update(
            index_elements=["user_id"], set_=sooner, where=prompt_contexts.c.due_at > calling.excluded.due_at
        )
    )


_CALL = {"sqlite": _calling("sqlite"), "postgresql": _calling("postgresql")}
