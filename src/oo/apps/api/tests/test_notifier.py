"""The API of the notifier: one's own measures, and everybody's for operators alone."""

from __future__ import annotations

from typing import cast

import pytest
from fastapi import FastAPI

from oo.apps.api.notifier import router
from oo.contracts.accounts import Identity
from oo.contracts.deliveries import Deliveries, Measures, Rate
from oo.contracts.ids import SessionId, UserId
from oo.kernel.http.guard import Guard, Public
from oo.kernel.http.site import Sites
from oo.testing.asgi import Answer, ask

pytestmark = pytest.mark.anyio
NONE = Rate(0, 0)


class Looking:
    """Deliveries that count one push of one person, and two of everybody."""

    async def measures(self, *, user: UserId | None = None) -> Measures:
        some = 2 if user is None else 1
        return Measures(30, 9, some, {"quiet-hours": 8}, {"sent": some}, NONE, NONE, NONE, None, {"learnt": NONE}, None)


async def asked(path: str, *, admin: bool) -> Answer:
    app = FastAPI(openapi_url=None)
    app.router.routes.extend(router(cast("Deliveries", Looking())).routes)

    async def who(cookie: str) -> Identity:
        return Identity(UserId("u1"), SessionId("s1"), admin, "token")

    public = Public(frozenset(), (), "/static/", "/sign-in")
    guard = Guard(app.router, authenticate=who, public=public, sites=Sites(), session_seconds=1)
    return await ask(guard, "GET", path, headers={"cookie": "oo=x"})


async def test_a_person_sees_their_own_measures() -> None:
    told = (await asked("/api/notifier/measures", admin=False)).json()
    assert (told["pushes"], told["silences"]) == (1, {"quiet-hours": 8})
    assert told["false_alarms"] == {"count": 0, "of": 0, "value": None, "low": None, "high": None}


async def test_everybody_s_measures_are_for_operators() -> None:
    assert (await asked("/api/notifier/measures?everybody=true", admin=False)).status == 403
    assert (await asked("/api/notifier/measures?everybody=true", admin=True)).json()["pushes"] == 2
    assert (await asked("/api/notifier/measures?nobody=true", admin=True)).status == 422
