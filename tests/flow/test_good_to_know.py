"""An insight through the API and in Settings: it has no later, and its agent can be turned away and allowed again."""

from __future__ import annotations

import re

import pytest
from tests.flow.test_one_tip import HERE, Life, life, sent_with
from tests.flow.test_thoughts import a_strong_day, heard

from oo.testing.asgi import ask

pytestmark = pytest.mark.anyio
__all__ = ["life"]
LATER = "2026-11-21T18:00:00+01:00"


async def test_an_insight_is_not_put_off_by_the_api_nor_by_a_form_that_somebody_made(life: Life) -> None:
    await a_strong_day(life)
    tip = (await heard(life))["tip"]
    headers = {"cookie": life.cookie, "origin": HERE}
    asked = {"key": "later", "tip": tip["id"], "action": "snooze", "until": LATER}
    refused = await ask(life.app, "POST", "/api/feedback", headers=headers, data=asked)
    assert (refused.status, refused.json()["code"]) == (422, "invalid")
    assert refused.json()["detail"].startswith("An insight can't be put off")
    page = (await life.get("/?open=later")).text
    assert "Later. When?" not in page
    form = await life.post("/", action="snooze", until=LATER, **sent_with(page))
    assert form.status == 422 and "An insight can&#39;t be put off" in form.text
    said = await life.call("/api/feedback", {"key": "noted", "tip": tip["id"], "action": "done"})
    assert said["action"] == "done" and said["undo_until"] is not None


async def test_an_agent_that_was_turned_away_stands_in_settings_by_its_name_until_it_is_allowed(life: Life) -> None:
    await a_strong_day(life)
    await heard(life)
    page = (await life.get("/?open=not")).text
    assert re.search(r'value="item"[^>]*><span>Momentum</span><small>Not for a month.</small>', page)
    where = (await life.post("/", action="dismiss", scope="item", **sent_with(page))).headers["location"]
    assert "Gone for a month." in (await life.get(where)).text
    assert (await heard(life))["tip"] is None
    settings = (await life.get("/settings")).text
    assert re.search(r'id="held">.*<strong dir="auto">Momentum</strong><small>Until [^,]*</small>', settings, re.S)
    await life.post("/settings", language="de")
    held = (await life.get("/settings")).text
    assert re.search(r'id="held">.*<strong dir="auto">Schwung</strong><small>Bis [^,]*</small>', held, re.S)
    hold = re.search(r'name="hold" value="([^"]*)"', held)
    assert hold is not None
    await life.post("/settings/allow", hold=hold[1])
    assert 'id="held"' not in (await life.get("/settings")).text
    assert (await life.call("/api/recommend", {}))["tip"]["kind"] == "insight"
