"""A model writes, and what it wrote is the tip, end to end; a model that lies or dies changes nothing that is true."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.flow.test_one_tip import HERE, Life, living, sent_with

from oo.contracts.accounts import Accounts
from oo.contracts.ids import UserId
from oo.kernel.db import Transaction
from oo.ml.serving.prompts import CURRENT, prompt
from oo.modules.recommender import module
from oo.testing.asgi import ask
from oo.testing.llm.answers import FAULTS, Answer, Asked, Speech, good, saying
from oo.testing.llm.server import MODEL, StandIn, stand_in

pytestmark = pytest.mark.anyio
LINES = "(A) 2026-11-02 Call the plumber +home\n2026-11-09 Send the form due:2026-11-20\n2026-11-10 Water plants\n"
TITLES = ("Call the plumber", "Send the form", "Water plants")
WRITTEN = "Put the phone beside you and open the list: "
LIES = (
    "Call Bob at 7: {e1.title}",
    "Open evil.example: {e1.title}",
    "Pay the invoice on Monday: {e1.title}",
    "Send the password to the doctor: {e1.title}",
    "Ruf Oma an: {e1.title}",
)
STRONG, TODAY = "A strong day: 5 done, 2 is normal.", date(2026, 11, 21)
UNTRUE = ("Bob", "evil", "invoice", "Monday", "password", "doctor", "Oma")


@dataclass
class Written:
    """A life beside a model."""

    life: Life
    model: StandIn

    async def recommend(self) -> Any:
        return await self.life.call("/api/recommend", {})

    async def rooms(self) -> Any:
        """What the recommender keeps of the person, as they may read it."""
        identity = await self.life.home.promises[Accounts].authenticate(cookie=self.life.cookie.partition("=")[2])
        assert identity is not None
        user, kit = UserId(identity.user), self.life.home.kit

        def rows(tx: Transaction) -> Any:
            return json.loads(json.dumps(module.export(tx, user, kit.keys.cipher(user)), default=str))

        return await kit.db.read(rows)


@pytest.fixture
async def written(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Written]:
    says: Speech = getattr(request, "param", good)
    async with stand_in(says) as model, living(tmp_path, LINES, llm_url=model.url) as life:
        assert (await life.post("/connect/files", path=str(life.file))).status == 303
        yield Written(life, model)


def is_plain(text: str, titles: Sequence[str] = TITLES) -> bool:
    """Whether a text is a task's own words."""
    return text.rstrip(".") in titles


async def test_what_a_model_wrote_is_the_tip_on_the_page_and_says_where_it_comes_from(written: Written) -> None:
    tip = (await written.recommend())["tip"]
    title = tip["evidence"][0]["title"]
    assert tip["content"] == WRITTEN + title and is_plain(title)
    assert tip["kind"] == "task" and tip["egress"] == {"bytes": 0, "to": ""}
    page = (await written.life.get("/")).text
    assert WRITTEN + title in page and "A model here wrote it; 0 bytes left this host." in page
    rooms = await written.rooms()
    [words] = [row["words"] for row in rooms["tips"]]
    assert (words["model"], words["prompt"]) == (MODEL, f"{CURRENT}@{prompt(CURRENT).hash}")
    row = json.loads(rooms["decisions"][0]["row"])
    assert row["notes"]["written"] == {"prompt": CURRENT, "hash": prompt(CURRENT).hash, "model": MODEL, "egress": 0}
    assert len(rooms["prints"]) == 1 and rooms["refusals"] == []


async def test_the_line_of_why_stays_the_one_that_is_true_by_construction(written: Written) -> None:
    tip = (await written.recommend())["tip"]
    assert "small" not in tip["why"] and tip["why"].endswith(".")


async def test_done_with_a_written_tip_is_done_with_its_task(written: Written) -> None:
    await written.recommend()
    fields = sent_with((await written.life.get("/")).text)
    assert (await written.life.post("/", action="done", **fields)).status == 303
    written.life.clock.advance(9)
    assert await written.life.until("x 2026-11-21")


@pytest.mark.parametrize("written", [saying(*LIES)], indirect=True)
async def test_of_what_a_lying_model_invents_nothing_reaches_the_page_and_all_is_kept_with_its_reason(
    written: Written,
) -> None:
    tip = (await written.recommend())["tip"]
    page = (await written.life.get("/")).text
    assert is_plain(tip["content"]) and [one for one in UNTRUE if one in page or one in tip["content"]] == []
    refused = (await written.rooms())["refusals"]
    assert {row["text"] for row in refused} == set(LIES[:3]) and {row["reason"] for row in refused} <= {
        *("word", "digits", "signs", "language"),
    }


@pytest.mark.parametrize("written", [FAULTS["500"], FAULTS["an HTML page"], FAULTS["cut"]], indirect=True)
async def test_a_model_that_fails_is_not_noticed(written: Written) -> None:
    tip = (await written.recommend())["tip"]
    assert is_plain(tip["content"]) and tip["why"].endswith(".")


def past() -> str:
    """Two things a day for four weeks, five today, and one that has long been open."""
    stamps = [TODAY - timedelta(days=back) for back in range(1, 30) for _ in range(2)] + [TODAY] * 5
    done = "".join(f"x {stamp} Thing {place} +home\n" for place, stamp in enumerate(stamps))
    return done + "2026-10-01 Clean the windows\n"


@asynccontextmanager
async def strong_day(folder: Path, says: Speech) -> AsyncIterator[Written]:
    """Somebody's strong day, of which an agent has spoken, beside a model that was asked of nothing else."""
    async with stand_in(says) as model, living(folder, past(), llm_url=model.url) as life:
        assert (await life.post("/connect/files", path=str(life.file))).status == 303
        await life.home.relay.settled(60.0)
        heard = await life.call("/api/agents/momentum/compute", {})
        assert heard["snippet"]["text"] == STRONG and heard["snippet"]["insight"]
        await life.home.relay.settled(60.0)
        model.asked.clear()
        yield Written(life, model)


async def test_advice_that_a_model_wrote_is_the_tip_and_rests_on_what_its_agent_said(tmp_path: Path) -> None:
    async with strong_day(tmp_path, good) as written:
        tip = (await written.recommend())["tip"]
        assert (tip["kind"], tip["content"], tip["why"]) == ("advice", "Put a glass of water beside you", STRONG)
        assert [one["ref"] for one in tip["evidence"]] == ["agent:momentum"] and tip["egress"]["bytes"] == 0
        page = (await written.life.get("/")).text
        assert tip["content"] in page and "Will do" in page and "A model here wrote it" in page


FORGED = (
    ("insight", "A bad sign: {s1.text}", "s1"),
    ("insight", "{s1.text} Bob knows it.", "s1"),
    ("advice", "Send Bob the password", "s1"),
    ("advice", "Open the window at 7", "s1"),
    ("task", "Call Bob: {s1.text}", "s1"),
    ("insight", "Bob knows it: {e1.title}", "e1"),
)


def forged(asked: Asked) -> Answer:
    """Lies of every kind, three at a time, for that is what there is room for."""
    turn = (len(asked.body["messages"]) // 2 - 1) % 2
    each = [
        {"kind": kind, "text": text, "evidence": [named], "why": text, "confidence": 1}
        for kind, text, named in FORGED[3 * turn : 3 * turn + 3]
    ]
    return Answer(json.dumps({"candidates": each}))


async def test_of_what_a_model_invents_about_a_day_nothing_reaches_the_page_and_the_agent_s_own_words_do(
    tmp_path: Path,
) -> None:
    async with strong_day(tmp_path, forged) as written:
        tip = (await written.recommend())["tip"]
        page = (await written.life.get("/")).text
        assert (tip["kind"], tip["content"]) == ("insight", STRONG) and "Good to know" in page
        assert [one for one in ("Bob", "password", "sign", "window at") if one in page + tip["why"]] == []
        refused = (await written.rooms())["refusals"]
        assert {row["text"] for row in refused} == {text for _, text, _ in FORGED}


async def allow(life: Life, provider: str, allowed: bool) -> None:
    """Say whether a cloud may write."""
    headers = {"cookie": life.cookie, "origin": HERE, "x-csrf": life.csrf}
    consents = {"consents": {f"cloud_model:{provider}": allowed}}
    assert (await ask(life.app, "PATCH", "/api/profile/consents", headers=headers, data=consents)).status == 200
    await life.home.relay.settled(10.0)


@pytest.mark.parametrize("allowed", [False, True])
async def test_a_cloud_writes_only_for_whoever_said_so_and_the_tip_says_what_left(
    tmp_path: Path, allowed: bool
) -> None:
    async with stand_in() as model, living(tmp_path, LINES, llm_url=model.url, llm_clouds=("anthropic",)) as life:
        assert "A model of Anthropic writes tips" in (await life.get("/settings")).text
        if allowed:
            await allow(life, "anthropic", True)
        await life.post("/connect/files", path=str(life.file))
        tip = (await life.call("/api/recommend", {}))["tip"]
        assert tip["content"].startswith(WRITTEN)
        assert {asked.alias for asked in model.asked} == {"tip-generator-anthropic" if allowed else "tip-generator"}
        assert tip["egress"]["to"] == ("anthropic" if allowed else "") and (tip["egress"]["bytes"] > 1000) is allowed
        assert ("A model of Anthropic wrote it; " in (await life.get("/")).text) is allowed


async def test_a_cloud_s_words_are_gone_once_it_may_write_no_more(tmp_path: Path) -> None:
    async with stand_in() as model, living(tmp_path, LINES, llm_url=model.url, llm_clouds=("anthropic",)) as life:
        await allow(life, "anthropic", True)
        await life.post("/connect/files", path=str(life.file))
        assert (await life.call("/api/recommend", {}))["tip"]["egress"]["to"] == "anthropic"
        await allow(life, "anthropic", False)
        model.asked.clear()
        assert (await life.call("/api/recommend", {}))["tip"]["egress"] == {"bytes": 0, "to": ""}
        assert {asked.alias for asked in model.asked} <= {"tip-generator"}
