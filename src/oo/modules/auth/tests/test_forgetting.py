"""What auth forgets: by the clock, and of a person."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import insert

from oo.contracts.errors import LinkUsed, NotFound
from oo.modules.auth import module
from oo.modules.auth.tables import links
from oo.modules.auth.tests.conftest import FIREFOX, Hall

pytestmark = pytest.mark.anyio


async def tidy(hall: Hall) -> None:
    """Do what the clock says."""
    for job in hall.room.built.jobs:
        await job.run()


async def test_sessions_that_are_over_and_links_of_yesterday_are_deleted(hall: Hall) -> None:
    await hall.owner()
    hall.later(hours=24, minutes=14, seconds=59)
    await tidy(hall)
    assert (len(await hall.rows("links")), len(await hall.rows("sessions"))) == (1, 1)
    hall.later(seconds=1)
    await tidy(hall)
    assert (len(await hall.rows("links")), len(await hall.rows("sessions"))) == (0, 1)
    hall.later(days=13)
    await tidy(hall)
    assert await hall.rows("sessions") == []


async def test_tidying_leaves_what_counts(hall: Hall) -> None:
    session, link = await hall.owner(), await hall.accounts.invite(name="Lena")
    hall.later(minutes=14)
    await tidy(hall)
    assert await hall.who(session.cookie)
    assert (await hall.accounts.redeem(token=link, device=FIREFOX)).first


async def test_more_than_a_unit_may_hold_is_tidied_in_slices(hall: Hall) -> None:
    now = hall.room.clock.now()
    row = {"user_id": "lena", "purpose": "invite", "created_at": now, "expires_at": now}
    rows = [{**row, "token_digest": str(number)} for number in range(600)]
    await hall.room.kit.db.write(lambda tx: tx.execute(insert(links), rows).rowcount)
    hall.later(days=2)
    await tidy(hall)
    assert await hall.rows("links") == []


async def test_an_erased_person_leaves_nothing_and_their_link_opens_nothing(hall: Hall) -> None:
    lena = await hall.member("Lena")
    link = await hall.accounts.invite(name="Lena")
    await hall.member("Milo")
    assert await hall.erase(lena.user) == 5  # the person, a session, a consent, a used link and an open one
    for table in ("people", "sessions", "links", "acceptances"):
        assert [row for row in await hall.rows(table) if row["user_id"] == lena.user] == []
        assert await hall.rows(table), "Milo is still there"
    with pytest.raises(LinkUsed):
        await hall.accounts.redeem(token=link, device=FIREFOX)
    with pytest.raises(NotFound):
        await hall.accounts.person(user=lena.user)


async def test_a_name_that_was_erased_is_free_for_another_person(hall: Hall) -> None:
    before = await hall.member("Lena")
    await hall.erase(before.user)
    after = await hall.member("Lena")
    assert after.user != before.user and after.first


async def test_an_owner_who_was_erased_is_followed_by_a_new_one(hall: Hall) -> None:
    before = await hall.owner()
    await hall.erase(before.user)
    after = await hall.owner()
    assert after.user != before.user and (await hall.known(after.cookie)).admin


async def test_people_whom_a_restored_back_up_brings_back_without_a_key_are_nobody(hall: Hall) -> None:
    owner, lena = await hall.owner(), await hall.member("Lena")
    for session in (owner, lena):  # their rows are there again, their keys are not
        hall.room.kit.keys.destroy(session.user)
    assert await hall.accounts.people() == []
    assert await hall.who(lena.cookie) is None
    with pytest.raises(NotFound):
        await hall.accounts.person(user=lena.user)
    again = await hall.owner()
    assert again.user != owner.user and (await hall.known(again.cookie)).admin
    assert (await hall.member("Lena")).user != lena.user
    assert [row for row in await hall.rows("sessions") if row["user_id"] in (owner.user, lena.user)] == []


async def test_an_export_is_readable_and_holds_no_secret_and_nobody_else(hall: Hall) -> None:
    lena, milo = await hall.member("Lena"), await hall.member("Milo")
    kit = hall.room.kit
    shown = await kit.db.read(lambda tx: module.export(tx, lena.user, kit.keys.cipher(lena.user)))
    assert [(row["name"], row["role"]) for row in shown["people"]] == [("Lena", "member")]
    assert [row["device"] for row in shown["sessions"]] == ["Firefox on Linux"]
    assert len(shown["acceptances"]) == len(shown["links"]) == 1
    text = json.dumps(shown, default=str)
    identity = await hall.known(lena.cookie)
    assert [word for word in ("Milo", milo.user, identity.csrf, "digest") if word in text] == []


async def test_health_counts_and_names_nobody(hall: Hall) -> None:
    await hall.member("Lena")
    await hall.accounts.invite(name="Milo")
    assert hall.room.built.health is not None
    health = await hall.room.built.health()
    assert health.well and health.facts == {"people": 2, "invited": 1, "sessions": 1, "links": 1}
