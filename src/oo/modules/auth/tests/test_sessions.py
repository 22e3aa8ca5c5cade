"""Sessions: what a cookie is worth, for how long, and to whom."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from oo.contracts.errors import NotFound
from oo.contracts.ids import SessionId
from oo.modules.auth.tests.conftest import Hall

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("cookie", ["", "0" * 64, "x" * 5000, "\x00", "\ud800", "ä"])
async def test_a_cookie_that_nobody_has_is_nobody(hall: Hall, cookie: str) -> None:
    await hall.owner()
    assert await hall.who(cookie) is None


async def test_a_session_that_is_not_used_ends_after_fourteen_days(hall: Hall) -> None:
    kept, idle = await hall.owner(), await hall.owner()
    hall.later(days=13, hours=23, minutes=59)
    assert await hall.who(kept.cookie)
    hall.later(minutes=1)
    assert await hall.who(idle.cookie) is None
    assert len(await hall.rows("sessions")) == 1


async def test_a_session_in_use_ends_after_ninety_days(hall: Hall) -> None:
    session = await hall.owner()
    assert session.expires_at - hall.room.clock.now() == timedelta(days=90)
    cookie = session.cookie
    for _ in range(89):
        hall.later(hours=24, minutes=1)
        cookie = (await hall.known(cookie)).renewed or cookie
    hall.later(hours=22, minutes=30)
    assert await hall.who(cookie)
    hall.later(minutes=1)
    assert await hall.who(cookie) is None
    assert await hall.rows("sessions") == []


async def test_using_a_session_writes_at_most_every_five_minutes(hall: Hall) -> None:
    session = await hall.owner()
    began = hall.room.clock.now()
    hall.later(minutes=4, seconds=59)
    await hall.known(session.cookie)
    assert [row["seen_at"] for row in await hall.rows("sessions")] == [began]
    hall.later(seconds=1)
    await hall.known(session.cookie)
    assert [row["seen_at"] for row in await hall.rows("sessions")] == [hall.room.clock.now()]


async def test_signing_out_ends_the_session_at_once(hall: Hall) -> None:
    session = await hall.owner()
    identity = await hall.known(session.cookie)
    await hall.accounts.sign_out(user=identity.user, session=identity.session)
    assert await hall.who(session.cookie) is None


async def test_signing_out_leaves_the_person_s_other_sessions(hall: Hall) -> None:
    here, there = await hall.owner(), await hall.owner()
    identity = await hall.known(here.cookie)
    await hall.known(there.cookie)
    await hall.accounts.sign_out(user=identity.user, session=identity.session)
    assert await hall.who(there.cookie)


async def test_a_caller_who_goes_away_while_signing_out_leaves_nothing_open(hall: Hall) -> None:
    session = await hall.owner()
    identity = await hall.known(session.cookie)
    leaving = asyncio.create_task(hall.accounts.sign_out(user=identity.user, session=identity.session))
    await asyncio.sleep(0)
    leaving.cancel()
    await asyncio.gather(leaving, return_exceptions=True)
    await hall.room.kit.db.write(lambda tx: None)  # what was asked before this is done
    assert await hall.who(session.cookie) is None


async def test_nobody_ends_another_person_s_session_nor_learns_that_it_exists(hall: Hall) -> None:
    lena, milo = await hall.member("Lena"), await hall.member("Milo")
    hers = await hall.known(lena.cookie)
    with pytest.raises(NotFound) as foreign:
        await hall.accounts.sign_out(user=milo.user, session=hers.session)
    with pytest.raises(NotFound) as missing:
        await hall.accounts.sign_out(user=milo.user, session=SessionId("none"))
    assert (foreign.value.detail, foreign.value.facts) == (missing.value.detail, missing.value.facts)
    assert await hall.who(lena.cookie) == hers


async def test_a_person_sees_their_own_open_sessions_newest_first(hall: Hall) -> None:
    first = await hall.member("Lena")
    hall.later(hours=1)
    second = await hall.member("Lena")
    await hall.member("Milo")
    hall.later(minutes=10)
    identity = await hall.known(first.cookie)
    shown = await hall.accounts.sessions(identity=identity)
    assert [(view.current, view.device) for view in shown] == [(False, "Firefox on Linux"), (True, "Firefox on Linux")]
    assert [view.id for view in shown] == [(await hall.known(second.cookie)).session, identity.session]
    assert shown[1].seen_at == hall.room.clock.now()


async def test_a_session_that_is_over_is_not_shown(hall: Hall) -> None:
    old = await hall.member("Lena")
    hall.later(days=14)
    new = await hall.known((await hall.member("Lena")).cookie)
    assert [view.id for view in await hall.accounts.sessions(identity=new)] == [new.session]
    assert await hall.who(old.cookie) is None


@pytest.mark.sqlite
async def test_a_disk_that_takes_nothing_more_locks_nobody_out(hall: Hall) -> None:
    session = await hall.owner()
    writer = hall.room.kit.db._writer._raw  # type: ignore[attr-defined]
    for hours in (1, 25):
        hall.later(hours=hours)
        writer.execute("PRAGMA query_only=ON")
        try:
            assert (await hall.known(session.cookie)).renewed is None
        finally:
            writer.execute("PRAGMA query_only=OFF")
    assert (await hall.known(session.cookie)).renewed
