"""Signing in by a provider: who comes in, who does not, and what is kept of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from oo.contracts.errors import NotFound
from oo.contracts.sign_ins import NotLetIn
from oo.modules.auth import module
from oo.modules.auth.tests.gate import Gate, gate

pytestmark = pytest.mark.anyio


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[Gate]:
    async with gate(tmp_path, admin_seed_email="owner@example.org") as built:
        yield built


async def test_whoever_added_a_provider_comes_in_by_it(door: Gate) -> None:
    lena = await door.person()
    assert (await door.link(lena)).session is None
    again = await door.enter()
    assert (again.user, again.admin) == (lena.user, False)
    assert again.session != lena.session


async def test_google_may_spell_its_name_in_two_ways_and_is_one_person(tmp_path: Path) -> None:
    async with gate(tmp_path) as door:
        lena = await door.person()
        await door.link(lena)
        [row] = await door.rows("identities")
        cipher = door.room.kit.keys.cipher(lena.user)
        assert cipher.open("identities.subject", row["subject"]) == f"{door.provider.origin} g-1"


async def test_nobody_comes_in_whom_nobody_let_in(door: Gate) -> None:
    await door.person()
    await door.go()
    with pytest.raises(NotLetIn) as refused:
        await door.back()
    assert refused.value.why == "unknown"
    assert await door.rows("identities") == []
    assert [row["why"] for row in await door.rows("entries")] == ["nobody"]


async def test_an_address_alone_never_opens_an_account(door: Gate) -> None:
    lena = await door.person()
    await door.link(lena)
    door.provider.who["sub"] = "somebody else with the same address"
    await door.go()
    with pytest.raises(NotLetIn):
        await door.back()
    door.provider.who = {"sub": "g-1", "email": "another@example.org", "email_verified": True}
    assert (await door.enter()).user == lena.user


async def test_the_address_that_the_operator_set_makes_the_first_owner_and_nobody_after(door: Gate) -> None:
    door.provider.who = {"sub": "o-1", "email": "Owner@Example.org", "email_verified": True}
    owner = await door.enter()
    assert owner.admin
    assert (await door.enter()).user == owner.user
    door.provider.who["sub"] = "o-2"
    await door.go()
    with pytest.raises(NotLetIn):
        await door.back()


@pytest.mark.parametrize("verified", [False, "true", 1, None])
async def test_an_address_that_the_provider_has_not_verified_makes_nobody_owner(door: Gate, verified: object) -> None:
    door.provider.who = {"sub": "o-1", "email": "owner@example.org", "email_verified": verified}
    await door.go()
    with pytest.raises(NotLetIn):
        await door.back()
    assert await door.rows("people") == []


async def test_an_owner_who_is_there_is_not_taken_over_by_the_address(door: Gate) -> None:
    await door.person(None)
    door.provider.who = {"sub": "o-1", "email": "owner@example.org", "email_verified": True}
    await door.go()
    with pytest.raises(NotLetIn):
        await door.back()


async def test_an_account_belongs_to_one_person_alone(door: Gate) -> None:
    lena, milo = await door.person("Lena"), await door.person("Milo")
    await door.link(lena)
    await door.go(adding=milo)
    with pytest.raises(NotLetIn) as refused:
        await door.back()
    assert refused.value.why == "taken"
    await door.link(lena)
    assert [row["user_id"] for row in await door.rows("identities")] == [lena.user]


async def test_a_way_that_was_taken_away_lets_nobody_in(door: Gate) -> None:
    lena, milo = await door.person("Lena"), await door.person("Milo")
    await door.link(lena)
    [way] = await door.sign_ins.ways(user=lena.user)
    assert (way.kind, way.label, way.provider) == ("provider", "lena@example.org", "oidc")
    with pytest.raises(NotFound):
        await door.sign_ins.remove(user=milo.user, way=way.id)
    await door.sign_ins.remove(user=lena.user, way=way.id)
    await door.go()
    with pytest.raises(NotLetIn):
        await door.back()
    assert [row["what"] for row in await door.rows("entries")] == ["way.added", "way.removed", "refused"]


async def test_whoever_was_erased_is_unknown_and_their_account_is_free(door: Gate) -> None:
    lena = await door.person()
    await door.link(lena)
    door.room.kit.keys.destroy(lena.user)
    await door.go()
    with pytest.raises(NotLetIn) as refused:
        await door.back()
    assert refused.value.why == "unknown"
    milo = await door.person("Milo")
    await door.link(milo)
    assert (await door.enter()).user == milo.user


async def test_what_a_token_leaves_out_userinfo_says_of_the_same_subject_alone(door: Gate) -> None:
    lena = await door.person()
    door.provider.wrong(claims={"email": None, "name": None})
    await door.link(lena)
    assert [way.label for way in await door.sign_ins.ways(user=lena.user)] == ["lena@example.org"]
    milo = await door.person("Milo")
    door.provider.who["sub"] = "g-2"
    door.provider.wrong(about={"sub": "g-3", "email": "mallory@example.org"})
    await door.link(milo)
    assert [way.label for way in await door.sign_ins.ways(user=milo.user)] == [""]


async def test_nothing_of_a_person_or_a_secret_lies_readable_in_the_files(door: Gate) -> None:
    lena = await door.person()
    await door.link(lena)
    begun = await door.go()
    files = await door.room.at_rest()
    assert lena.user.encode() in files  # the search finds what is there
    words = ("lena@example.org", "g-1 ", begun.proof, door.brought["state"], door.provider.clients["oo"])
    assert [word for word in words if word.encode() in files] == []


async def test_an_export_shows_the_ways_and_no_secret(door: Gate) -> None:
    lena = await door.person()
    await door.link(lena)
    await door.enter()
    kit = door.room.kit
    shown = await kit.db.read(lambda tx: module.export(tx, lena.user, kit.keys.cipher(lena.user)))
    assert [row["label"] for row in shown["identities"]] == ["lena@example.org"]
    assert [row["what"] for row in shown["entries"]] == ["way.added", "signed-in"]
    assert "digest" not in str(shown)


async def test_a_provider_that_is_not_set_is_not_there(tmp_path: Path) -> None:
    async with gate(tmp_path, google_client_id=None) as door:
        assert [one.id for one in door.sign_ins.providers()] == ["oidc"]
        with pytest.raises(NotFound):
            await door.go("google")


async def test_signing_in_records_consent_and_a_new_version_is_asked_for(
    door: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    lena = await door.person()
    await door.link(lena)
    session = await door.go()
    session = (await door.back()).session  # type: ignore[assignment]
    assert (await door.who(session)).agreed  # type: ignore[arg-type]
    assert len(await door.rows("acceptances")) == 1
