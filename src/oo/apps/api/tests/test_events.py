"""The events of operators: a list, or a stream that goes on where it ended; nothing for anybody else."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi import FastAPI

from oo.apps.api.events import router
from oo.contracts.accounts import Identity
from oo.contracts.ids import SessionId, UserId
from oo.contracts.tails import Filter, TailEvent
from oo.kernel.http.guard import Guard, Public
from oo.kernel.http.site import Sites
from oo.testing.asgi import Answer, ask

pytestmark = pytest.mark.anyio
STREAM = {"accept": "text/event-stream"}
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
EVENTS = [TailEvent(number, f"e{number}", "tips.tip.seen", "u7", number, NOON, "sent") for number in (2, 1)]


class Two:
    """A tail of two events."""

    def __init__(self) -> None:
        self.wanted, self.after = Filter(), 0

    async def recent(self, *, wanted: Filter) -> Sequence[TailEvent]:
        self.wanted = wanted
        return EVENTS

    async def follow(self, *, wanted: Filter, after: int = 0) -> AsyncIterator[Sequence[TailEvent]]:
        self.wanted, self.after = wanted, after
        yield EVENTS[::-1]
        yield []

    def end(self) -> None:
        """Nothing goes on."""


async def asked(
    tail: Two, path: str = "/api/events", *, admin: bool = True, headers: Mapping[str, str] | None = None
) -> Answer:
    app = FastAPI(openapi_url=None)
    app.router.routes.extend(router(tail).routes)

    async def who(cookie: str) -> Identity:
        return Identity(UserId("u1"), SessionId("s1"), admin, "token")

    guard = Guard(
        app.router,
        authenticate=who,
        public=Public(frozenset(), (), "/static/", "/sign-in"),
        sites=Sites(),
        session_seconds=1,
    )
    return await ask(guard, "GET", path, headers={"cookie": "oo=x", **(headers or {})})


async def test_operators_get_the_newest_without_what_they_say() -> None:
    answer = await asked(Two())
    assert answer.status == 200
    assert answer.json()["events"][0] == {
        "id": "e2",
        "type": "tips.tip.seen",
        "user": "u7",
        "seq": 2,
        "at": "2026-11-21T12:00:00+00:00",
        "state": "sent",
    }


async def test_nobody_else_does() -> None:
    for headers in ({}, STREAM):
        answer: Any = await asked(Two(), admin=False, headers=headers)
        assert (answer.status, answer.json()["code"]) == (403, "refused")


async def test_a_stream_has_an_event_a_line_and_signs_of_life() -> None:
    answer = await asked(Two(), headers=STREAM)
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["cache-control"] == "no-store"
    first, second, third, *rest = answer.text.split("\n\n")
    assert (first, rest) == ("retry: 2000", [":", ""])
    assert [part.split("\n")[0] for part in (second, third)] == ["id: 1", "id: 2"]
    assert json.loads(third.split("data: ")[1])["id"] == "e2"


@pytest.mark.parametrize(("last", "after"), [("41", 41), ("", 0), ("-1", 0), ("x", 0), ("²", 0), ("9" * 40, 0)])
async def test_a_stream_goes_on_where_it_ended(last: str, after: int) -> None:
    tail = Two()
    await asked(tail, headers={**STREAM, "last-event-id": last})
    assert tail.after == after


async def test_filters_are_taken_from_the_query_and_wrong_ones_are_named() -> None:
    tail = Two()
    query = "type=tips.%3E&user=u7&since=2026-11-21T12:00:00Z&until=2026-11-21T14:00:00%2B01:00"
    assert (await asked(tail, f"/api/events?{query}")).status == 200
    assert tail.wanted == Filter("tips.>", "u7", NOON, datetime(2026, 11, 21, 13, tzinfo=UTC))
    for wrong in ("type=DROP", "since=noon", "since=2026-11-21T12:00:00", "colour=red"):
        answer = await asked(tail, f"/api/events?{wrong}")
        assert (answer.status, wrong.split("=")[0] in answer.json()["detail"]) == (422, True), answer.text
