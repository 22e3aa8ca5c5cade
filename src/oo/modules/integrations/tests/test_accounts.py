"""Letting oO into an account, and each attack on it (RFC 9700): every one is refused with nothing connected."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from oo.contracts.connectors import TryLater
from oo.contracts.errors import NotFound, Refused
from oo.contracts.ids import SessionId
from oo.modules.integrations.tests.conftest import LENA, MILO
from oo.modules.integrations.tests.elsewhere import ORIGIN, Elsewhere, elsewhere

pytestmark = pytest.mark.anyio


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Elsewhere]:
    async with elsewhere(tmp_path) as built:
        yield built


async def refused(here: Elsewhere, answer: dict[str, str], **other: object) -> str:
    """What is said; nothing may be connected by it."""
    with pytest.raises(Refused) as raised:
        await here.finish(answer, **other)
    assert await here.service.connections(user=LENA) == []
    assert await here.service.connections(user=MILO) == []
    return raised.value.detail


async def test_who_allows_it_is_connected_and_read(here: Elsewhere) -> None:
    here.tasks.add("Buy **milk**", priority=4, due={"date": "2026-11-21", "is_recurring": False})
    one = await here.connect()
    assert (one.name, one.state, one.open) == ("Todoist", "works", 1)
    assert await here.house.titles() == ["Buy milk"]
    (facts,) = await here.house.open()
    assert facts.priority == 3


async def test_it_asks_with_pkce_a_fresh_state_and_the_exact_redirect_address(here: Elsewhere) -> None:
    first, second = [parse_qs(urlsplit(await here.asked()).query) for _ in range(2)]
    assert first["redirect_uri"] == [f"{ORIGIN}/oauth/callback/todoist"]
    assert (first["scope"], first["response_type"]) == (["data:read_write"], ["code"])
    assert first["code_challenge_method"] == ["S256"]
    assert first["state"] != second["state"]
    assert len(first["state"][0]) >= 43  # 256 bits
    assert first["code_challenge"] != second["code_challenge"]


async def test_no_state_or_another_is_refused(here: Elsewhere) -> None:
    answer = await here.answer(await here.asked())
    for state in ({}, {"state": ""}, {"state": "x" * 43}):
        assert "Begin again" in await refused(here, {"code": answer["code"], **state})


async def test_an_answer_counts_once(here: Elsewhere) -> None:
    answer = await here.answer(await here.asked())
    one = await here.finish(answer)
    await here.service.disconnect(user=LENA, connection=one.id)
    assert "Begin again" in await refused(here, answer)


async def test_an_answer_that_failed_does_not_count_again(here: Elsewhere) -> None:
    answer = await here.answer(await here.asked())
    await refused(here, {"state": answer["state"], "error": "access_denied"})
    assert "Begin again" in await refused(here, answer)


async def test_another_browser_or_another_person_can_t_bring_it_back(here: Elsewhere) -> None:
    for other in ({"session": SessionId("session-other")}, {"user": MILO}):
        answer = await here.answer(await here.asked())
        assert "Begin again" in await refused(here, answer, **other)


async def test_the_answer_of_one_provider_does_not_count_for_another(here: Elsewhere) -> None:
    answer = await here.answer(await here.asked())
    with pytest.raises(NotFound):
        await here.finish(answer, connector="todotxt")
    catalogue = here.service._catalogue
    catalogue._plugins["other"] = catalogue._plugins["todoist"]
    assert "Begin again" in await refused(here, answer, connector="other")


async def test_an_issuer_that_is_not_the_provider_s_is_refused(here: Elsewhere) -> None:
    answer = await here.answer(await here.asked())
    assert "Begin again" in await refused(here, {**answer, "iss": "https://evil.example"})
    answer = await here.answer(await here.asked())
    one = await here.finish({**answer, "iss": here.server.url})
    assert one.state == "works"


async def test_after_ten_minutes_it_is_over(here: Elsewhere) -> None:
    answer = await here.answer(await here.asked())
    here.clock.advance(601)
    assert "Begin again" in await refused(here, answer)


async def test_a_code_of_somebody_else_s_sign_in_is_refused_by_its_challenge(here: Elsewhere) -> None:
    other, mine = await here.answer(await here.asked()), await here.answer(await here.asked())
    assert "did not let oO in" in await refused(here, {"state": mine["state"], "code": other["code"]})


async def test_who_says_no_is_told_so(here: Elsewhere) -> None:
    here.todoist.denies = True
    assert "You did not allow it" in await refused(here, await here.answer(await here.asked()))


async def test_less_than_is_needed_is_given_back(here: Elsewhere) -> None:
    here.todoist.access.only = "task:add"
    assert "less than it needs" in await refused(here, await here.answer(await here.asked()))
    assert len(here.todoist.access.revoked) == 2  # the token for new ones, and the one in use
    assert here.todoist.access.living(here.tasks.id) == 0


async def test_without_a_client_nobody_is_sent_anywhere(tmp_path: Path) -> None:
    async with elsewhere(tmp_path, providers={}) as here:
        with pytest.raises(Refused, match="not set up"):
            await here.asked()
        view = next(one for one in await here.service.connectors() if one.id == "todoist")
        assert view.account is not None
        assert not view.account.ready
        assert view.account.settings == ("OO_TODOIST_CLIENT_ID", "OO_TODOIST_CLIENT_SECRET")
        assert any("{redirect}" in step for step in view.account.steps)


async def test_the_same_account_again_is_the_same_connection_with_new_access(here: Elsewhere) -> None:
    first, second = await here.connect(), await here.connect()
    assert first.id == second.id
    assert [row["number"] for row in await here.house.rows("grants")] == [2]


async def test_no_token_lies_anywhere_unsealed(here: Elsewhere) -> None:
    await here.connect()
    tokens = [*here.todoist.access.access, *here.todoist.access.refresh, "never-keep-this"]
    at_rest = await here.house.room.at_rest()
    assert not [token for token in tokens if token.encode() in at_rest]


async def test_the_client_s_secret_follows_no_redirect(here: Elsewhere) -> None:
    answer = await here.answer(await here.asked())
    here.todoist.faults.arm("redirect", path="/oauth/access_token", to=f"{here.server.url}/elsewhere")
    with pytest.raises(TryLater):
        await here.finish(answer)
    assert here.todoist.faults.count("elsewhere") == 0


@pytest.mark.parametrize("kind", ["html", "half", "huge", "redirect"])
async def test_a_provider_that_answers_nonsense_connects_nothing(here: Elsewhere, kind: str) -> None:
    answer = await here.answer(await here.asked())
    here.todoist.faults.arm(kind, path="/oauth/access_token")  # type: ignore[arg-type]
    with pytest.raises(Exception, match="oO"):
        await here.finish(answer)
    assert await here.service.connections(user=LENA) == []
