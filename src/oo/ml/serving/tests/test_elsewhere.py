"""The same promise, kept by this process and by another one over HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from oo.contracts.decisions import UserView
from oo.contracts.features import Activity, UserHistory
from oo.contracts.ids import Ref, UserId
from oo.contracts.items import Busy, Facts
from oo.contracts.manifests import SEAMS
from oo.contracts.serving import Serving, Standing
from oo.contracts.thoughts import Thought
from oo.contracts.writing import Brief, Thing
from oo.engine.when import context
from oo.kernel.clock import SystemClock
from oo.kernel.http.problems import App
from oo.kernel.passes import Passes, PassKeys
from oo.kernel.plugins import Plugin, discover
from oo.ml.serving.app import App as ServingApp
from oo.ml.serving.gate import Gate
from oo.ml.serving.llm import Gateway
from oo.ml.serving.local import Local
from oo.ml.serving.remote import Remote, ServingAway
from oo.ml.serving.routes import routes
from oo.ml.serving.tests.briefs import THOUGHTS
from oo.ml.serving.wire import AUDIENCE, Write, written
from oo.ml.serving.writer import Writer
from oo.testing.asgi import ask
from oo.testing.determinism import CountingIds, FixedClock
from oo.testing.llm.answers import FAULTS, slow
from oo.testing.llm.server import stand_in

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


def agents() -> dict[str, Plugin[Any]]:
    return dict(discover("agents", SEAMS["agents"].model_validate).plugins)


def view() -> UserView:
    facts = (
        Facts(Ref("c:1"), "v1", due=date(2026, 11, 18), added=date(2026, 11, 1), priority=3, project="p"),
        Facts(Ref("c:2"), "v1", due=datetime(2026, 11, 21, 0, 0, tzinfo=UTC)),
        Facts(Ref("c:3"), "v1", due=datetime(2026, 11, 21, 0, 0), state="done", finished=NOW),
    )
    busy = (Busy(NOW + timedelta(hours=1), NOW + timedelta(hours=2)),)
    features = {"open_tasks": 2.0, "overdue_tasks": 1.0, "completions_today": 0.0}
    return UserView(
        UserId("u"), context(NOW, "Europe/Berlin", time(3), busy), facts, busy, features=features, language="de"
    )


def past() -> tuple[Activity, ...]:
    days = (NOW - timedelta(days=n) for n in range(40, 0, -1))
    return tuple(Activity(at, "completed", at.toordinal(), 10.5, task=f"t{at.day}", due=at.date()) for at in days)


@contextlib.asynccontextmanager
async def listening(app: App) -> AsyncIterator[str]:
    door = socket.socket()
    door.bind(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_config=None, lifespan="off", ws="none", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    running = asyncio.create_task(server.serve(sockets=[door]))
    try:
        yield f"http://127.0.0.1:{door.getsockname()[1]}"
    finally:
        server.should_exit = True
        await running


@pytest.fixture
def make_passes(tmp_path: Path) -> Callable[[], Passes]:
    clock, ids = FixedClock(), CountingIds()
    return lambda: Passes(PassKeys(tmp_path / "keys.json", clock, ids), clock, ids, audience=AUDIENCE)


async def test_both_say_the_same(make_passes: Callable[[], Passes]) -> None:
    here: Serving = Local(agents())
    async with listening(ServingApp(routes(here, make_passes()))) as url:
        there = Remote(url, agents(), make_passes())
        assert there.registry() == here.registry()
        assert there.features() == here.features()
        asked: dict[str, Any] = {"view": view(), "standing": Standing(frozenset({"task_titles"})), "parameters": {}}
        assert await there.compute(**asked) == await here.compute(**asked)
        assert await there.compute(**asked, agents=["momentum"]) == await here.compute(**asked, agents=["momentum"])
        history = UserHistory(UserId("u"), NOW, "Europe/Berlin", NOW.toordinal(), past())
        assert await there.infer(history=history) == await here.infer(history=history)
        assert await there.versions() == {one.id: one.version for one in here.registry()}


async def test_a_process_that_is_away_is_said_to_be_away(make_passes: Callable[[], Passes]) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        there = Remote(f"http://127.0.0.1:{nobody.getsockname()[1]}", agents(), make_passes())
        with pytest.raises(ServingAway):
            await there.compute(view=view(), standing=Standing(), parameters={})


async def test_without_a_pass_nothing_is_said(make_passes: Callable[[], Passes]) -> None:
    app = ServingApp(routes(Local(agents()), make_passes()))
    for method, path in (("GET", "/agents/registry"), ("POST", "/agents/compute"), ("POST", "/agents/momentum/infer")):
        for headers in ({}, {"authorization": "Bearer nonsense"}, {"authorization": "Basic b286b28="}):
            answer = await ask(app, method, path, headers=headers, data={} if method == "POST" else None)
            assert (answer.status, answer.json()["code"]) == (401, "pass-refused")
    assert (await ask(app, "GET", "/health")).status == 200


async def test_what_cannot_be_read_is_refused_without_a_word_of_it(make_passes: Callable[[], Passes]) -> None:
    passes = make_passes()
    app = ServingApp(routes(Local(agents()), passes))
    body = b'{"view": "Xylophone"}'
    token = passes.issue("POST", "/agents/compute", body)
    answer = await ask(
        app, "POST", "/agents/compute", headers={"authorization": f"Bearer {token}"}, data={"view": "Xylophone"}
    )
    assert answer.status == 422
    assert "Xylophone" not in answer.text


def brief() -> Brief:
    here = view()
    things = (Thing(here.facts[0], "overdue", "Call the plumber"), Thing(here.facts[1], "today", "Water the plants"))
    return Brief(UserId("u"), replace(here.context, meeting_until=None), "en", things)


async def test_a_model_writes_over_there_as_it_does_here(make_passes: Callable[[], Passes]) -> None:
    async with stand_in() as model:
        here = Local(agents(), Writer(Gateway(model.url), SystemClock().monotonic))
        async with listening(ServingApp(routes(here, make_passes()))) as url:
            there = Remote(url, agents(), make_passes())
            found = await there.generate(brief=brief(), asked=True)
            assert found.is_written
            assert found.candidates == (await here.generate(brief=brief())).candidates


async def test_thoughts_are_told_over_there_and_come_back_as_advice_and_insights(
    make_passes: Callable[[], Passes],
) -> None:
    async with stand_in() as model:
        here = Local(agents(), Writer(Gateway(model.url), SystemClock().monotonic))
        async with listening(ServingApp(routes(here, make_passes()))) as url:
            told = replace(brief(), thoughts=THOUGHTS, count=5)
            found = await Remote(url, agents(), make_passes()).generate(brief=told, asked=True)
            assert found.candidates == (await here.generate(brief=told)).candidates
    assert [(one.kind, one.evidence[0]) for one in found.candidates[2:]] == [
        ("advice", "agent:recent_patterns"),
        ("insight", "agent:momentum"),
    ]


@pytest.mark.parametrize(
    ("thoughts", "same"),
    [
        (tuple(replace(one, confidence=0.9, until=NOW) for one in THOUGHTS[::-1]), True),
        ((replace(THOUGHTS[0], version="v2"), *THOUGHTS[1:]), False),
        ((replace(THOUGHTS[0], insight=False), *THOUGHTS[1:]), False),
    ],
)
async def test_who_joins_a_call_has_what_it_writes_where_it_was_told_of_the_same_thoughts(
    thoughts: tuple[Thought, ...], same: bool
) -> None:
    async with stand_in(slow(1.0)) as model:
        here = Local({}, Writer(Gateway(model.url), SystemClock().monotonic), Gate(SystemClock().monotonic))
        first = asyncio.create_task(here.generate(brief=replace(brief(), thoughts=THOUGHTS), seconds=60, asked=True))
        await asyncio.wait_for(model.came.wait(), 60)
        found = await here.generate(brief=replace(brief(), thoughts=thoughts), seconds=60, asked=True)
        assert (await first).is_written and found.is_written is same and found.why == (None if same else "too-late")


async def test_where_nobody_answers_the_composer_does(make_passes: Callable[[], Passes]) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        there = Remote(f"http://127.0.0.1:{nobody.getsockname()[1]}", agents(), make_passes())
        found = await there.generate(brief=brief())
    assert (found.why, found.candidates[0].content) == ("serving away", "Call the plumber")


async def test_recommend_gives_the_one_best_candidate(make_passes: Callable[[], Passes]) -> None:
    passes = make_passes()
    app = ServingApp(routes(Local(agents()), passes))
    sent = json.loads(written(Write(brief()), Write))
    token = passes.issue("POST", "/recommend", json.dumps(sent).encode())
    headers = {"authorization": f"Bearer {token}", "x-deadline-ms": "500"}
    answer = await ask(app, "POST", "/recommend", headers=headers, data=sent)
    assert (answer.status, answer.json()["content"], answer.json()["source"]) == (200, "Call the plumber", "composer")


async def test_a_model_that_is_behind_the_gate_is_asked_once_for_a_person() -> None:
    async with stand_in(slow(0.3)) as model:
        clock = SystemClock()
        here = Local(agents(), Writer(Gateway(model.url), clock.monotonic), Gate(clock.monotonic))
        found = await asyncio.gather(*(here.generate(brief=brief(), asked=bool(n)) for n in range(4)))
        assert all(one.is_written for one in found)
        assert len(model.asked) == 1


async def test_a_model_that_fails_is_left_alone_and_the_composer_speaks() -> None:
    async with stand_in(FAULTS["500"]) as model:
        clock = SystemClock()
        here = Local(agents(), Writer(Gateway(model.url), clock.monotonic), Gate(clock.monotonic))
        whys = [(await here.generate(brief=brief())).why for _ in range(7)]
        assert whys == ["failed"] * 5 + ["resting"] * 2
        assert len(model.asked) == 5
