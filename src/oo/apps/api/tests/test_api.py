from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi import FastAPI

from oo.apps.api import build
from oo.apps.api.health import Wellness
from oo.contracts.accounts import Identity
from oo.contracts.errors import NotFound, TooLate
from oo.contracts.ids import DecisionId, Ref, SessionId, UserId
from oo.contracts.tips import Evidence, Outcome, Reaction, Recommendation, SilenceView, Tip, Undoable
from oo.kernel.http.guard import Guard, Public
from oo.kernel.http.site import Sites
from oo.testing.asgi import Answer, ask

pytestmark = pytest.mark.anyio
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
TIP = Tip(
    id=DecisionId("t1"),
    kind="task",
    content="Send Lena the signed lease.",
    why="It was due on Wednesday.",
    evidence=(Evidence("todotxt", Ref("c1:k1"), "Send Lena the signed lease"),),
    expires_at=NOON,
    topic="overdue",
    source_name="todo.txt",
)


class Standing:
    """Tips of one person, as the API needs them."""

    def __init__(self) -> None:
        self.answer = Recommendation(TIP, None, 3)
        self.reactions: list[Reaction] = []
        self.raises: Exception | None = None

    async def recommend(self, *, user: UserId) -> Recommendation:
        assert user == "u1"
        return self.answer

    async def react(self, *, user: UserId, reaction: Reaction) -> Outcome:
        assert user == "u1"
        if self.raises:
            raise self.raises
        repeated = reaction in self.reactions
        self.reactions.append(reaction)
        undoable = Undoable(reaction.tip, reaction.action, "task", NOON, "todo.txt", True)
        return Outcome(reaction.action, None if reaction.action == "undo" else undoable, repeated)


class Part:
    def __init__(self, well: bool) -> None:
        self.well = well
        self.facts: Mapping[str, int | float | str] = {"people": 2}


class Api:
    """The API inside the guard, asked by somebody who is signed in."""

    def __init__(self) -> None:
        self.tips = Standing()
        self.parts: dict[str, Wellness] = {"auth": Part(True), "jobs": Part(True)}
        self.identity: Identity | None = Identity(UserId("u1"), SessionId("s1"), False, "token")
        app = FastAPI(openapi_url=None)
        app.router.routes.extend(build(self.tips, None, None, None, None, None, self._state).routes)  # type: ignore[arg-type]
        public = Public(frozenset({"/health"}), (), "/static/", "/sign-in")
        self.app = Guard(app.router, authenticate=self._who, public=public, sites=Sites(), session_seconds=1)

    async def ask(self, method: str, path: str, **sent: Any) -> Answer:
        return await ask(self.app, method, path, headers={"cookie": "oo=x"}, **sent)

    async def _state(self) -> Mapping[str, Wellness]:
        return self.parts

    async def _who(self, cookie: str) -> Identity | None:
        return self.identity


@pytest.fixture
def api() -> Api:
    return Api()


async def test_a_tip_has_exactly_the_shape_that_clients_depend_on(api: Api) -> None:
    answer = await api.ask("POST", "/api/recommend", data={})
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == {
        "tip": {
            "id": "t1",
            "kind": "task",
            "content": "Send Lena the signed lease.",
            "why": "It was due on Wednesday.",
            "evidence": [{"source": "todotxt", "ref": "c1:k1", "title": "Send Lena the signed lease"}],
            "expires_at": "2026-11-21T12:00:00+00:00",
            "egress": {"bytes": 0, "to": ""},
        },
        "silence": None,
        "considered": 3,
    }


async def test_silence_has_a_reason_and_no_tip(api: Api) -> None:
    api.tips.answer = Recommendation(None, SilenceView("all-done", "Everything here is done."), 0)
    answer = await api.ask("POST", "/api/recommend")
    assert answer.json() == {
        "tip": None,
        "silence": {"reason": "all-done", "detail": "Everything here is done."},
        "considered": 0,
    }


async def test_feedback_reaches_the_tips_as_it_was_sent(api: Api) -> None:
    sent = {"key": "k1", "tip": "t1", "action": "snooze", "until": "2026-11-22T08:30:00+01:00", "dwell_ms": 4200}
    answer = await api.ask("POST", "/api/feedback", data=sent)
    assert answer.json() == {"action": "snooze", "undo_until": "2026-11-21T12:00:00+00:00", "repeated": False}
    moment = datetime(2026, 11, 22, 7, 30, tzinfo=UTC)
    assert api.tips.reactions == [Reaction("k1", DecisionId("t1"), "snooze", moment, None, 4200)]
    assert (await api.ask("POST", "/api/feedback", data=sent)).json()["repeated"] is True


@pytest.mark.parametrize(
    ("changed", "names"),
    [
        ({"key": ""}, "key"),
        ({"key": "two words"}, "key"),
        ({"tip": None}, "tip"),
        ({"action": "eat"}, "action"),
        ({"until": "2026-11-22T08:30:00"}, "until"),
        ({"until": "tomorrow"}, "until"),
        ({"scope": "all"}, "scope"),
        ({"dwell_ms": -1}, "dwell_ms"),
        ({"dwell_ms": 1.5}, "dwell_ms"),
        ({"title": "words of a person"}, "title"),
    ],
)
async def test_what_cannot_be_understood_is_named_and_not_repeated(
    api: Api, changed: dict[str, object], names: str
) -> None:
    answer = await api.ask("POST", "/api/feedback", data={"key": "k1", "tip": "t1", "action": "done", **changed})
    assert (answer.status, answer.json()["code"]) == (422, "invalid")
    assert answer.json()["detail"] == f"What was sent cannot be understood: {names}."
    assert api.tips.reactions == []


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"key":1e999}'])
async def test_a_body_that_is_no_reaction_is_refused(api: Api, body: bytes) -> None:
    headers = {"cookie": "oo=x", "content-type": "application/json"}
    answer = await ask(api.app, "POST", "/api/feedback", headers=headers, body=body)
    assert answer.status == 422


@pytest.mark.parametrize(("error", "status", "code"), [(NotFound(), 404, "not-found"), (TooLate(), 409, "too-late")])
async def test_problems_are_told_in_the_house_s_words(api: Api, error: Exception, status: int, code: str) -> None:
    api.tips.raises = error
    answer = await api.ask("POST", "/api/feedback", data={"key": "k1", "tip": "t1", "action": "done"})
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (answer.status, problem["status"], problem["code"]) == (status, status, code)
    assert problem["detail"] == str(error)
    assert problem["type"] == f"urn:oo:problem:{code}"


async def test_health_names_parts_to_everybody_and_figures_to_the_admin(api: Api) -> None:
    assert (await api.ask("GET", "/health")).json() == {
        "well": True,
        "parts": {"auth": {"well": True}, "jobs": {"well": True}},
    }
    api.identity = Identity(UserId("u1"), SessionId("s1"), True, "token")
    assert (await api.ask("GET", "/health")).json()["parts"]["auth"] == {"well": True, "facts": {"people": 2}}


async def test_a_part_that_is_not_well_makes_health_fail(api: Api) -> None:
    api.parts["jobs"] = Part(False)
    answer = await api.ask("GET", "/health")
    assert (answer.status, answer.json()["well"]) == (503, False)
