"""A session's token changes once a day, and nobody is signed out by an answer that got lost."""

from __future__ import annotations

import asyncio

import pytest

from oo.modules.auth.tests.conftest import Hall

pytestmark = pytest.mark.anyio


async def test_a_token_is_replaced_after_a_day_and_the_session_stays(hall: Hall) -> None:
    session = await hall.owner()
    before = await hall.known(session.cookie)
    hall.later(hours=23, minutes=59)
    assert (await hall.known(session.cookie)).renewed is None
    hall.later(minutes=1)
    fresh = (await hall.known(session.cookie)).renewed
    assert fresh is not None
    after = await hall.known(fresh)
    assert (after.session, after.csrf, after.renewed) == (before.session, before.csrf, None)


async def test_of_requests_at_once_one_brings_the_new_token_and_all_are_let_in(hall: Hall) -> None:
    session = await hall.owner()
    hall.later(days=1)
    seen = await asyncio.gather(*(hall.known(session.cookie) for _ in range(6)))
    assert sum(identity.renewed is not None for identity in seen) == 1
    assert len({identity.session for identity in seen}) == 1


async def test_the_token_before_counts_for_a_minute(hall: Hall) -> None:
    session = await hall.owner()
    hall.later(days=1)
    fresh = (await hall.known(session.cookie)).renewed
    assert fresh is not None
    await hall.known(fresh)
    hall.later(seconds=59)
    assert (await hall.known(session.cookie)).renewed is None
    hall.later(seconds=1)
    assert await hall.who(session.cookie) is None
    assert await hall.who(fresh)


async def test_a_new_token_that_got_lost_is_replaced_by_another(hall: Hall) -> None:
    session = await hall.owner()
    hall.later(days=1)
    lost = (await hall.known(session.cookie)).renewed
    hall.later(hours=2)
    again = (await hall.known(session.cookie)).renewed
    assert lost and again and lost != again
    assert await hall.who(again)
    assert await hall.who(lost) is None
    hall.later(seconds=60)
    assert await hall.who(session.cookie) is None


async def test_of_late_requests_at_once_one_brings_the_other_token(hall: Hall) -> None:
    session = await hall.owner()
    hall.later(days=1)
    await hall.known(session.cookie)
    hall.later(hours=2)
    seen = await asyncio.gather(*(hall.known(session.cookie) for _ in range(6)))
    assert sum(identity.renewed is not None for identity in seen) == 1


async def test_a_new_token_that_is_shown_late_ends_the_one_before_at_once(hall: Hall) -> None:
    session = await hall.owner()
    hall.later(days=1)
    fresh = (await hall.known(session.cookie)).renewed
    hall.later(days=2)
    assert fresh and await hall.who(fresh)
    assert await hall.who(session.cookie) is None


async def test_a_replaced_token_ends_with_its_session(hall: Hall) -> None:
    session = await hall.owner()
    hall.later(days=1)
    identity = await hall.known(session.cookie)
    await hall.accounts.sign_out(user=identity.user, session=identity.session)
    assert await hall.who(session.cookie) is None
    assert identity.renewed and await hall.who(identity.renewed) is None


async def test_rotation_does_not_lengthen_a_session(hall: Hall) -> None:
    session = await hall.owner()
    hall.later(days=1)
    await hall.known(session.cookie)
    assert [row["expires_at"] for row in await hall.rows("sessions")] == [session.expires_at]
