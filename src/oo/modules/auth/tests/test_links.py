"""One-time links: who they let in, how often, for how long."""

from __future__ import annotations

import asyncio
import contextlib
import io
import sqlite3

import pytest

from oo.contracts.accounts import TERMS_VERSION
from oo.contracts.errors import Invalid, LinkUsed, NotFound
from oo.contracts.ids import UserId
from oo.kernel import log
from oo.modules.auth.tests.conftest import FIREFOX, Hall

pytestmark = pytest.mark.anyio


async def test_the_first_link_makes_the_owner_who_is_admin(hall: Hall) -> None:
    session = await hall.owner()
    identity = await hall.known(session.cookie)
    assert identity.admin and identity.user == session.user and session.first
    assert (await hall.accounts.person(user=session.user)).role == "owner"


async def test_every_later_owner_link_is_for_the_same_person(hall: Hall) -> None:
    first, second = await hall.owner(), await hall.owner()
    assert first.user == second.user and (first.first, second.first) == (True, False)
    assert len(await hall.accounts.people()) == 1


async def test_two_first_links_at_once_make_one_owner(hall: Hall) -> None:
    await asyncio.gather(*(hall.accounts.owner_link() for _ in range(5)))
    assert [person.role for person in await hall.accounts.people()] == ["owner"]


@pytest.mark.sqlite
async def test_who_loses_the_race_to_be_made_leaves_no_key_behind(hall: Hall) -> None:
    await asyncio.gather(*(hall.accounts.owner_link() for _ in range(5)))
    with contextlib.closing(sqlite3.connect(hall.room.kit.settings.data / "keys.db")) as file:
        keys = file.execute("SELECT user_id FROM keys").fetchall()
    assert [(person.id,) for person in await hall.accounts.people()] == keys


async def test_an_invited_person_is_a_member_and_no_admin(hall: Hall) -> None:
    await hall.owner()
    session = await hall.member("Lena")
    assert not (await hall.known(session.cookie)).admin
    person = await hall.accounts.person(user=session.user)
    assert (person.name, person.role) == ("Lena", "member")


async def test_inviting_somebody_who_is_there_signs_in_the_same_person(hall: Hall) -> None:
    first = await hall.member("Lena Maria")
    second = await hall.member("  lena  MARIA ")
    assert first.user == second.user and not second.first
    assert [person.name for person in await hall.accounts.people()] == ["Lena Maria"]


async def test_two_names_are_two_people(hall: Hall) -> None:
    assert (await hall.member("Lena")).user != (await hall.member("Milo")).user


@pytest.mark.parametrize("name", ["", "   ", "\u200b", "n" * 81, "a\x1b[31m", "a\u202eb", "\ud800", "Owner", " OWNER "])
async def test_a_name_that_cannot_be_one_is_refused_and_makes_nobody(hall: Hall, name: str) -> None:
    with pytest.raises(Invalid):
        await hall.accounts.invite(name=name)
    assert await hall.accounts.people() == []


async def test_a_link_opens_once(hall: Hall) -> None:
    token = await hall.accounts.owner_link()
    await hall.accounts.redeem(token=token, device=FIREFOX)
    with pytest.raises(LinkUsed):
        await hall.accounts.redeem(token=token, device=FIREFOX)
    assert len(await hall.rows("sessions")) == 1


async def test_of_many_who_open_a_link_at_once_exactly_one_is_let_in(hall: Hall) -> None:
    token = await hall.accounts.owner_link()
    tries = [hall.accounts.redeem(token=token, device=FIREFOX) for _ in range(8)]
    outcomes = await asyncio.gather(*tries, return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["LinkUsed"] * 7 + ["NewSession"]
    assert len(await hall.rows("sessions")) == 1


async def test_a_link_lives_for_fifteen_minutes(hall: Hall) -> None:
    early, late = await hall.accounts.invite(name="Lena"), await hall.accounts.invite(name="Milo")
    hall.later(minutes=14, seconds=59)
    await hall.accounts.redeem(token=early, device=FIREFOX)
    hall.later(seconds=1)
    with pytest.raises(LinkUsed):
        await hall.accounts.redeem(token=late, device=FIREFOX)


async def test_a_new_link_ends_the_same_person_s_unused_ones_and_nobody_else_s(hall: Hall) -> None:
    old, hers = await hall.accounts.owner_link(), await hall.accounts.invite(name="Lena")
    new = await hall.accounts.owner_link()
    with pytest.raises(LinkUsed):
        await hall.accounts.redeem(token=old, device=FIREFOX)
    assert (await hall.accounts.redeem(token=new, device=FIREFOX)).user
    assert (await hall.accounts.redeem(token=hers, device=FIREFOX)).user


@pytest.mark.parametrize("token", ["", "0" * 64, "x" * 5000, "\x00", "\ud800", "ä"])
async def test_a_token_that_never_was_one_is_refused_in_the_same_words(hall: Hall, token: str) -> None:
    used = await hall.accounts.owner_link()
    await hall.accounts.redeem(token=used, device=FIREFOX)
    with pytest.raises(LinkUsed) as never:
        await hall.accounts.redeem(token=token, device=FIREFOX)
    with pytest.raises(LinkUsed) as again:
        await hall.accounts.redeem(token=used, device=FIREFOX)
    assert (never.value.detail, never.value.facts) == (again.value.detail, again.value.facts)


async def test_opening_a_link_records_consent_to_the_terms_once(hall: Hall) -> None:
    session = await hall.owner()
    began = hall.room.clock.now()
    hall.later(hours=1)
    await hall.owner()
    assert await hall.rows("acceptances") == [{"user_id": session.user, "version": TERMS_VERSION, "at": began}]


async def test_each_sign_in_has_its_own_token_session_and_form_token(hall: Hall) -> None:
    one, two = await hall.owner(), await hall.owner()
    first, second = await hall.known(one.cookie), await hall.known(two.cookie)
    assert len({one.cookie, two.cookie, first.session, second.session, first.csrf, second.csrf}) == 6
    assert min(len(value) for value in (one.cookie, first.csrf)) >= 32


async def test_no_secret_and_no_name_lies_readable_in_the_files(hall: Hall) -> None:
    session = await hall.member("Lena Marlene")
    open_link = await hall.accounts.invite(name="Milo")
    files = await hall.room.at_rest()
    csrf = (await hall.known(session.cookie)).csrf.encode()
    assert csrf in files  # the search finds what is there
    assert [word for word in (session.cookie, open_link, "Lena Marlene", "Firefox") if word.encode() in files] == []


async def test_a_refusal_is_logged_with_its_reason_and_without_the_token(hall: Hall) -> None:
    out = io.StringIO()
    log.configure(strict=True, stream=out, plain=False)
    try:
        used, old = await hall.accounts.invite(name="Lena"), await hall.accounts.invite(name="Milo")
        await hall.accounts.redeem(token=used, device=FIREFOX)
        hall.later(minutes=15)
        for token in (used, old, "f" * 64):
            with pytest.raises(LinkUsed):
                await hall.accounts.redeem(token=token, device=FIREFOX)
    finally:
        log.configure(strict=True, level="warning")
    lines = out.getvalue()
    assert [reason for reason in ("used", "expired", "unknown") if f'"{reason}"' not in lines] == []
    assert [secret for secret in (used, old, "f" * 64, "Lena", "Milo", "Firefox") if secret in lines] == []


async def test_a_person_who_is_not_there_is_not_found(hall: Hall) -> None:
    with pytest.raises(NotFound):
        await hall.accounts.person(user=UserId("nobody"))


async def test_everybody_is_listed_in_the_order_in_which_they_came(hall: Hall) -> None:
    await hall.owner()
    for name in ("Zoe", "Ada"):
        hall.later(seconds=1)
        await hall.accounts.invite(name=name)
    assert [person.name for person in await hall.accounts.people()] == ["Owner", "Zoe", "Ada"]
