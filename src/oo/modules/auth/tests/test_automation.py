"""The token for programs: what it is worth, for how long, and who wears it out by guessing."""

from __future__ import annotations

from pathlib import Path

import pytest

from oo.contracts.errors import NotFound
from oo.contracts.sign_ins import Automation, NotLetIn
from oo.kernel.settings import SettingWrong, load
from oo.modules.auth import module
from oo.modules.auth.tests.gate import gate
from oo.testing.rooms import room

pytestmark = pytest.mark.anyio
TOKEN = "k3q9-the-operator-s-own-token-of-many-characters"


async def test_the_token_is_worth_a_quarter_of_an_hour_as_the_owner(tmp_path: Path) -> None:
    async with gate(tmp_path, admin_token=TOKEN) as door:
        programs = door.room.promise(Automation)
        made = await programs.token(given=TOKEN, device="curl/8.5")
        identity = await door.accounts.authenticate(cookie=made.token)
        assert identity is not None
        assert (identity.admin, made.lasts) == (True, 900)
        assert [row["what"] for row in await door.rows("entries")] == ["signed-in"]
        door.later(minutes=15)
        assert await door.accounts.authenticate(cookie=made.token) is None


async def test_a_program_accepts_no_terms_and_is_nobodys_first_visit(tmp_path: Path) -> None:
    async with gate(tmp_path, admin_token=TOKEN) as door:
        await door.room.promise(Automation).token(given=TOKEN, device="curl")
        assert await door.rows("acceptances") == []
        assert [row["joined_at"] for row in await door.rows("people")] == [None]


@pytest.mark.parametrize("given", ["", TOKEN[:-1], TOKEN + "x", TOKEN.upper(), "\ud800", "x" * 1000])
async def test_another_token_lets_nobody_in_and_is_audited(given: str, tmp_path: Path) -> None:
    async with gate(tmp_path, admin_token=TOKEN) as door:
        with pytest.raises(NotLetIn):
            await door.room.promise(Automation).token(given=given, device="curl")
        assert [(row["what"], row["why"]) for row in await door.rows("entries")] == [("refused", "token")]
        assert await door.rows("sessions") == await door.rows("people") == []


async def test_without_a_token_there_is_no_such_door(tmp_path: Path) -> None:
    async with room(tmp_path, module) as built:
        with pytest.raises(NotFound):
            await built.promise(Automation).token(given="", device="curl")


async def test_the_token_does_not_lie_in_the_files(tmp_path: Path) -> None:
    async with gate(tmp_path, admin_token=TOKEN) as door:
        made = await door.room.promise(Automation).token(given=TOKEN, device="curl")
        files = await door.room.at_rest()
        assert [secret for secret in (TOKEN, made.token) if secret.encode() in files] == []


def test_a_short_token_is_refused_with_the_mend() -> None:
    with pytest.raises(SettingWrong, match="OO_ADMIN_TOKEN cannot be used: it has fewer than 32 characters"):
        load(admin_token="secret")
