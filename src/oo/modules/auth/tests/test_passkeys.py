"""Passkeys: who comes in by one, and every answer of a device that lets nobody in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from oo.contracts.accounts import Identity
from oo.contracts.errors import Refused
from oo.contracts.sign_ins import Asked, NotLetIn, Passkeys
from oo.modules.auth import passkeys, tries
from oo.modules.auth.refusals import SignInRefused
from oo.modules.auth.tests.conftest import FIREFOX
from oo.modules.auth.tests.gate import ORIGIN, Gate, gate
from oo.testing.passkeys import SoftwareDevice, packed

pytestmark = pytest.mark.anyio


@dataclass
class Desk:
    """The room, a person, and their device."""

    door: Gate
    lena: Identity
    device: SoftwareDevice

    @property
    def passkeys(self) -> Passkeys:
        return self.door.room.promise(Passkeys)

    async def keep(self, whose: Identity | None = None, name: str = "", **wrong: Any) -> Asked:
        """Make a passkey and keep it."""
        who = whose or self.lena
        asked = await self.passkeys.offer(identity=who, origin=ORIGIN)
        made = self.device.made(asked.options, **{k: v for k, v in wrong.items() if k not in ("proof", "by")})
        await self.passkeys.add(
            identity=wrong.get("by", who),
            origin=ORIGIN,
            proof=wrong.get("proof", asked.proof),
            credential=made,
            name=name,
            device=FIREFOX,
        )
        return asked

    async def enter(self, **wrong: Any) -> Identity:
        """Sign in with it."""
        asked = await self.passkeys.ask(origin=ORIGIN)
        used = self.device.used(asked.options, **{k: v for k, v in wrong.items() if k != "proof"})
        return await self.answer(used, wrong.get("proof", asked.proof))

    async def answer(self, used: dict[str, Any], proof: str) -> Identity:
        session = await self.passkeys.enter(origin=ORIGIN, proof=proof, credential=used, device=FIREFOX)
        return await self.door.who(session)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with gate(tmp_path) as door:
        yield Desk(door, await door.person(), SoftwareDevice(ORIGIN, "localhost"))


async def test_whoever_made_a_passkey_comes_in_by_it(desk: Desk) -> None:
    assert not await desk.passkeys.kept(origin=ORIGIN)
    await desk.keep(name="My key")
    assert await desk.passkeys.kept(origin=ORIGIN)
    again = await desk.enter()
    assert (again.user, again.session != desk.lena.session) == (desk.lena.user, True)
    [way] = await desk.door.sign_ins.ways(user=desk.lena.user)
    assert (way.kind, way.name, way.used_at is not None) == ("passkey", "My key", True)
    assert [row["what"] for row in await desk.door.rows("entries")] == ["way.added", "signed-in"]


async def test_without_a_name_it_has_that_of_the_device(desk: Desk) -> None:
    await desk.keep()
    assert [way.name for way in await desk.door.sign_ins.ways(user=desk.lena.user)] == ["Firefox on Linux"]


WRONG: dict[str, tuple[str, dict[str, Any]]] = {
    "of another site": ("passkey", {"origin": "https://evil.example"}),
    "for another host": ("passkey", {"host": "evil.example"}),
    "of nobody verified": ("passkey", {"verified": False}),
    "with another signature": ("passkey", {"signature": b"\x30\x06\x02\x01\x01\x02\x01\x01"}),
    "of a making": ("passkey", {"type": "webauthn.create"}),
    "for another person": ("passkey", {"handle": b"somebody else"}),
    "with a counter that stands still": ("counter", {"count": 1}),
    "with a counter that went back to nothing": ("counter", {"count": 0}),
    "of another browser": ("browser", {"proof": "another"}),
    "of a browser without its cookie": ("browser", {"proof": ""}),
    "to a question that was never asked": ("state", {"challenge": packed(b"c" * 32)}),
}


@pytest.mark.parametrize("name", WRONG)
async def test_an_answer_that_is_wrong_lets_nobody_in(name: str, desk: Desk) -> None:
    reason, wrong = WRONG[name]
    await desk.keep()
    with pytest.raises(SignInRefused) as refused:
        await desk.enter(**wrong)
    assert refused.value.reason == reason
    assert (await desk.enter()).user == desk.lena.user


async def test_the_same_answer_twice_lets_in_once(desk: Desk) -> None:
    await desk.keep()
    asked = await desk.passkeys.ask(origin=ORIGIN)
    used = desk.device.used(asked.options)
    await desk.answer(used, asked.proof)
    with pytest.raises(SignInRefused) as refused:
        await desk.answer(used, asked.proof)
    assert refused.value.reason == "state"


@pytest.mark.parametrize(
    ("checks", "wrong"),
    [
        (((passkeys, "check_counter"),), {"count": 1}),
        (((passkeys, "check_handle"),), {"handle": b"somebody else"}),
        (((passkeys, "check_browser"),), {"proof": "another"}),
    ],
)
async def test_without_its_check_a_wrong_answer_comes_in(
    checks: Any, wrong: dict[str, Any], desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.keep()
    for room, name in checks:
        monkeypatch.setattr(room, name, lambda *_: None)
    if "count" in wrong:  # the row's own counter stands in the way as well: two at once must not both come in
        wrong = {"count": 2}
        await desk.enter()
    assert (await desk.enter(**wrong)).user == desk.lena.user


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"origin": "https://evil.example"}, "passkey"),
        ({"host": "evil.example"}, "passkey"),
        ({"verified": False}, "passkey"),
        ({"proof": "another"}, "browser"),
    ],
)
async def test_a_passkey_that_is_wrong_is_not_kept(wrong: dict[str, Any], reason: str, desk: Desk) -> None:
    with pytest.raises(SignInRefused) as refused:
        await desk.keep(**wrong)
    assert refused.value.reason == reason
    assert await desk.door.rows("passkeys") == []


async def test_a_passkey_is_kept_in_the_session_that_asked_for_it(desk: Desk) -> None:
    milo = await desk.door.person("Milo")
    with pytest.raises(SignInRefused) as refused:
        await desk.keep(by=milo)
    assert refused.value.reason == "session"


async def test_a_passkey_belongs_to_one_person(desk: Desk) -> None:
    await desk.keep()
    with pytest.raises(NotLetIn):
        await desk.keep(await desk.door.person("Milo"))
    assert [row["user_id"] for row in await desk.door.rows("passkeys")] == [desk.lena.user]


async def test_a_passkey_of_somebody_who_was_erased_opens_nothing(desk: Desk) -> None:
    await desk.keep()
    desk.door.room.kit.keys.destroy(desk.lena.user)
    with pytest.raises(SignInRefused) as refused:
        await desk.enter()
    assert refused.value.reason == "nobody"


@pytest.mark.parametrize("garbage", [{}, {"response": 5}, {"id": "%%%", "response": {"clientDataJSON": "e30"}}])
async def test_what_is_no_answer_lets_nobody_in(garbage: dict[str, Any], desk: Desk) -> None:
    with pytest.raises(NotLetIn):
        await desk.answer(garbage, "")


async def test_an_answer_after_ten_minutes_is_too_late(desk: Desk) -> None:
    await desk.keep()
    asked = await desk.passkeys.ask(origin=ORIGIN)
    desk.door.later(seconds=tries.LASTS.total_seconds())
    with pytest.raises(SignInRefused) as refused:
        await desk.answer(desk.device.used(asked.options), asked.proof)
    assert refused.value.reason == "expired"


@pytest.mark.parametrize(
    ("public", "origin", "possible"),
    [
        (None, "http://localhost:8042", True),
        (None, "http://127.0.0.1:8042", False),
        (None, "https://oo.example.org", False),
        ("https://oo.example.org", "https://oo.example.org", True),
        ("https://oo.example.org", "http://localhost:8042", False),
        ("https://192.0.2.7", "https://192.0.2.7", False),
    ],
)
async def test_passkeys_belong_to_a_name(public: str | None, origin: str, possible: bool, tmp_path: Path) -> None:
    async with gate(tmp_path, public_url=public) as door:
        promise = door.room.promise(Passkeys)
        assert promise.possible(origin=origin) == possible
        if not possible:
            with pytest.raises(Refused):
                await promise.ask(origin=origin)


async def test_nothing_of_a_passkey_lies_readable_in_the_files(desk: Desk) -> None:
    asked = await desk.keep(name="My very own key")
    files = await desk.door.room.at_rest()
    secrets = ("My very own key", packed(desk.device.credential), asked.proof, str(asked.options["challenge"]))
    assert [secret for secret in secrets if secret.encode() in files] == []
