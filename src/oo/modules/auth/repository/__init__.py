"""Every query of auth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, and_, bindparam, delete, func, insert, or_, select, update

from oo.kernel.db import Prepared, Transaction, insert_new
from oo.kernel.erasing import erase_slice
from oo.modules.auth.tables import acceptances, links, metadata, people, sessions

SLICE = 500


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session found by a token's digest, with what decides whether the token still counts."""

    id: str
    user: str
    role: str
    csrf: str
    seen_at: datetime
    rotated_at: datetime
    expires_at: datetime
    rotated: bool
    """There is a token before the present one."""
    previous_until: datetime | None
    """Until when the token before it counts; None while the present one was not seen yet."""
    agreed: bool = True
    """The person accepted the terms that hold."""
    by_previous: bool = False
    """It was found by the token before the present one."""


class Counts(NamedTuple):
    """How many there are."""

    people: int
    invited: int
    sessions: int
    links: int


# --- people ---------------------------------------------------------------------------------------------------------

_OWNER = select(people.c.user_id).where(people.c.role == "owner")
_NAMED = select(people.c.user_id).where(people.c.name_digest == bindparam("digest"))
_PERSON = select(people).where(people.c.user_id == bindparam("user"))
_PEOPLE = select(people).order_by(people.c.created_at, people.c.user_id)
_JOIN = (
    update(people)
    .where(people.c.user_id == bindparam("user"), people.c.joined_at.is_(None))
    .values(joined_at=bindparam("now"))
)


def owner(tx: Transaction) -> str | None:
    """The owner's id, or None before there is one."""
    return tx.execute(_OWNER).scalar_one_or_none()


def named(tx: Transaction, digest: str) -> str | None:
    """The id of the person whose name has this digest."""
    return tx.execute(_NAMED, {"digest": digest}).scalar_one_or_none()


def add_person(tx: Transaction, row: Mapping[str, Any]) -> bool:
    """Add a person unless the name, or the place of the owner, is taken; True when added."""
    return insert_new(tx, people, row)


def person(tx: Transaction, user: str) -> Row[Any] | None:
    """The person's row."""
    return tx.execute(_PERSON, {"user": user}).first()


def everybody(tx: Transaction) -> list[Row[Any]]:
    """All people, the first one first."""
    return list(tx.execute(_PEOPLE).all())


def join(tx: Transaction, user: str, now: datetime) -> bool:
    """Note the first sign-in; True when it is the first."""
    return tx.execute(_JOIN, {"user": user, "now": now}).rowcount == 1


def accept(tx: Transaction, user: str, version: str, now: datetime) -> None:
    """Record that the person accepts a version of the terms; the first instant stays."""
    insert_new(tx, acceptances, {"user_id": user, "version": version, "at": now})


# --- links ----------------------------------------------------------------------------------------------------------

_LINK = select(links.c.user_id, links.c.used_at, links.c.expires_at).where(links.c.token_digest == bindparam("digest"))
_TAKE = (
    update(links)
    .where(
        links.c.token_digest == bindparam("digest"), links.c.used_at.is_(None), links.c.expires_at > bindparam("now")
    )
    .values(used_at=bindparam("now"))
)
_UNUSED = delete(links).where(links.c.user_id == bindparam("user"), links.c.used_at.is_(None))
_ADD_LINK = insert(links)


def add_link(tx: Transaction, row: Mapping[str, Any]) -> bool:
    """Add a link and end the person's earlier unused ones; False when the person was erased meanwhile."""
    if person(tx, row["user_id"]) is None:
        return False
    tx.execute(_UNUSED, {"user": row["user_id"]})
    tx.execute(_ADD_LINK, row)
    return True


def link(tx: Transaction, digest: str) -> Row[Any] | None:
    """Whose link it is, when it was used and when it ends."""
    return tx.execute(_LINK, {"digest": digest}).first()


def take_link(tx: Transaction, digest: str, now: datetime) -> bool:
    """Use a link up; False when somebody was quicker or it is too old."""
    return tx.execute(_TAKE, {"digest": digest, "now": now}).rowcount == 1


# --- sessions -------------------------------------------------------------------------------------------------------

_HELD = select(
    sessions.c.id,
    sessions.c.user_id,
    people.c.role,
    sessions.c.csrf,
    sessions.c.seen_at,
    sessions.c.rotated_at,
    sessions.c.expires_at,
    sessions.c.previous_digest.is_not(None).label("rotated"),
    sessions.c.previous_until,
    acceptances.c.at.label("agreed_at"),
)
_HELD = _HELD.join_from(sessions, people, sessions.c.user_id == people.c.user_id).outerjoin(
    acceptances,
    and_(acceptances.c.user_id == sessions.c.user_id, acceptances.c.version == bindparam("terms")),
)
_BY_TOKEN = Prepared(_HELD.where(sessions.c.token_digest == bindparam("digest")))
_BY_PREVIOUS = Prepared(_HELD.where(sessions.c.previous_digest == bindparam("digest")))
_SEEN = (
    update(sessions)
    .where(sessions.c.id == bindparam("session"), sessions.c.token_digest == bindparam("presented"))
    .values(seen_at=bindparam("now"), previous_until=bindparam("until"))
)
_ROTATE = (
    update(sessions)
    .where(sessions.c.id == bindparam("session"), sessions.c.token_digest == bindparam("presented"))
    .values(
        token_digest=bindparam("fresh"),
        previous_digest=bindparam("presented"),
        previous_until=None,
        rotated_at=bindparam("now"),
        seen_at=bindparam("now"),
    )
)
_RENEW = (
    update(sessions)
    .where(
        sessions.c.id == bindparam("session"),
        sessions.c.previous_digest == bindparam("presented"),
        sessions.c.previous_until.is_(None),
        sessions.c.rotated_at == bindparam("was"),
    )
    .values(token_digest=bindparam("fresh"), rotated_at=bindparam("now"), seen_at=bindparam("now"))
)
_END = delete(sessions).where(sessions.c.id == bindparam("session"), sessions.c.user_id == bindparam("user"))
_OF = (
    select(sessions.c.id, sessions.c.device, sessions.c.created_at, sessions.c.seen_at)
    .where(
        sessions.c.user_id == bindparam("user"),
        sessions.c.expires_at > bindparam("now"),
        sessions.c.seen_at > bindparam("idle"),
    )
    .order_by(sessions.c.created_at.desc(), sessions.c.id.desc())
)
_ADD_SESSION = insert(sessions)


def add_session(tx: Transaction, row: Mapping[str, Any]) -> None:
    """Add a session."""
    tx.execute(_ADD_SESSION, row)


def held(tx: Transaction, digest: str, terms: str) -> OpenSession | None:
    """The session that a token's digest belongs to, now or before its last rotation; `terms` is the version."""
    for query in (_BY_TOKEN, _BY_PREVIOUS):
        for found in tx.fetch(query, {"digest": digest, "terms": terms}):
            return _open_session(found, by_previous=query is _BY_PREVIOUS)
    return None


def seen(tx: Transaction, session: str, presented: str, now: datetime, previous_until: datetime | None) -> bool:
    """Note that the session was used, and until when its earlier token counts; False when it has ended meanwhile."""
    values = {"session": session, "presented": presented, "now": now, "until": previous_until}
    return tx.execute(_SEEN, values).rowcount == 1


def rotate(tx: Transaction, session: str, presented: str, fresh: str, now: datetime) -> bool:
    """Give the session another token; False when another request did so first."""
    return tx.execute(_ROTATE, {"session": session, "presented": presented, "fresh": fresh, "now": now}).rowcount == 1


def renew(tx: Transaction, session: str, presented: str, fresh: str, was: datetime, now: datetime) -> bool:
    """Replace a token that never arrived; False when it did, or another request was first."""
    values = {"session": session, "presented": presented, "fresh": fresh, "was": was, "now": now}
    return tx.execute(_RENEW, values).rowcount == 1


def end(tx: Transaction, user: str, session: str) -> bool:
    """End a session of the person; False when the person has none of this id."""
    return tx.execute(_END, {"session": session, "user": user}).rowcount == 1


def sessions_of(tx: Transaction, user: str, now: datetime, idle: datetime) -> list[Row[Any]]:
    """The person's sessions that end after `now` and were seen after `idle`, newest first."""
    return list(tx.execute(_OF, {"user": user, "now": now, "idle": idle}).all())


# --- all of it ------------------------------------------------------------------------------------------------------


def forget(tx: Transaction, now: datetime, idle: datetime, ended: datetime) -> int:
    """Delete a slice of the sessions that are over and of the links that ended before `ended`; the number of rows."""
    over = select(sessions.c.id).where(or_(sessions.c.expires_at <= now, sessions.c.seen_at <= idle)).limit(SLICE // 2)
    old = select(links.c.token_digest).where(links.c.expires_at <= ended).limit(SLICE // 2)
    return (
        tx.execute(delete(sessions).where(sessions.c.id.in_(over))).rowcount
        + tx.execute(delete(links).where(links.c.token_digest.in_(old))).rowcount
    )


def counts(tx: Transaction, now: datetime) -> Counts:
    """How many people, of them invited only, sessions and open links."""
    invited = func.count().filter(people.c.joined_at.is_(None))
    everyone, waiting = tuple(tx.execute(select(func.count(), invited).select_from(people)).one())
    unused = select(func.count()).select_from(links).where(links.c.used_at.is_(None), links.c.expires_at > now)
    total = select(func.count()).select_from(sessions)
    return Counts(everyone, waiting, tx.execute(total).scalar_one(), tx.execute(unused).scalar_one())


def erase(tx: Transaction, user: str) -> int:
    """Delete a slice of what is kept of the person; the number of rows, 0 when nothing is left."""
    return erase_slice(tx, metadata.sorted_tables, user)


def rows_of(tx: Transaction, user: str) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """Everything of the person, as it lies in the tables."""
    return {
        table.name: [dict(row) for row in tx.execute(select(table).where(table.c.user_id == user)).mappings()]
        for table in metadata.sorted_tables
    }


def _open_session(found: Row[Any], *, by_previous: bool) -> OpenSession:
    values: dict[str, Any] = found._asdict()
    agreed = values.pop("agreed_at") is not None
    return OpenSession(
        id=values.pop("id"), user=values.pop("user_id"), agreed=agreed, by_previous=by_previous, **values
    )
