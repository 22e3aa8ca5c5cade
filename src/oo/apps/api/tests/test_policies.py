"""The API of policies: for operators alone; whether oO helps is for whoever asks."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from fastapi import FastAPI

from oo.apps.api.policies import router
from oo.contracts.accounts import Identity
from oo.contracts.errors import Conflict
from oo.contracts.experiments import Deed, Evidence, Experiments, Help, Standing
from oo.contracts.ids import SessionId, UserId
from oo.contracts.lineups import Lineup
from oo.kernel.http.guard import Guard, Public
from oo.kernel.http.site import Sites
from oo.testing.asgi import Answer, ask

pytestmark = pytest.mark.anyio
WAIT = Evidence("not enough data yet", "12 of 2000 decisions")
SHADOW = Standing("linucb", "shadow", 0.0, 12, "trial-10", WAIT)


class Quiet:
    """Experiments with one shadow that has seen little."""

    async def standings(self) -> list[Standing]:
        return [SHADOW]

    async def promote(self, *, policy: str, by: UserId) -> Standing:
        raise Conflict(f"{policy}: {WAIT.said}.")

    async def roll_back(self, *, by: UserId | None, why: str = "") -> Lineup:
        return Lineup("house")

    async def deeds(self) -> list[Deed]:
        return [Deed(datetime(2026, 11, 21, tzinfo=UTC), None, "rolled-back", "linucb", "{}")]

    async def helps(self, *, user: UserId) -> Help:
        assert user == "u1"
        return Help(WAIT, 3, 1)


async def asked(method: str, path: str, *, admin: bool = True, body: dict[str, Any] | None = None) -> Answer:
    app = FastAPI(openapi_url=None)
    app.router.routes.extend(router(cast("Experiments", Quiet())).routes)

    async def who(cookie: str) -> Identity:
        return Identity(UserId("u1"), SessionId("s1"), admin, "token")

    public = Public(frozenset(), (), "/static/", "/sign-in")
    guard = Guard(app.router, authenticate=who, public=public, sites=Sites(), session_seconds=1)
    return await ask(guard, method, path, headers={"cookie": "oo=x"}, data=body)


async def test_an_operator_sees_how_policies_stand_without_a_number_that_nobody_has() -> None:
    [shown] = json.loads((await asked("GET", "/api/policies")).text)["policies"]
    told = shown["evidence"]
    assert (told["said"], told["why"]) == (WAIT.said, WAIT.why)
    assert (told["value"], told["low"], told["high"]) == (None, None, None)


async def test_a_promotion_without_evidence_is_refused_with_the_gate_s_word() -> None:
    answer = await asked("POST", "/api/policies/promote", body={"policy": "linucb"})
    assert (answer.status, answer.json()["detail"]) == (409, "linucb: not enough data yet.")
    assert (await asked("POST", "/api/policies/promote", body={"policies": "linucb"})).status == 422


async def test_rolling_back_says_who_decides() -> None:
    answer = await asked("POST", "/api/policies/roll-back", body={})
    assert answer.json() == {"champion": "house", "challenger": None, "share": 0.0}
    [deed] = (await asked("GET", "/api/policies/audit")).json()["deeds"]
    assert (deed["by"], deed["what"]) == (None, "rolled-back")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/policies"),
        ("GET", "/api/policies/audit"),
        ("POST", "/api/policies/promote"),
        ("POST", "/api/policies/roll-back"),
    ],
)
async def test_members_have_no_business_here(method: str, path: str) -> None:
    body = None if method == "GET" else {"policy": "linucb"}
    assert (await asked(method, path, admin=False, body=body)).status == 403


async def test_everybody_may_ask_whether_it_helps_them() -> None:
    answer = await asked("GET", "/api/helps", admin=False)
    assert answer.json()["evidence"]["said"] == "not enough data yet"
