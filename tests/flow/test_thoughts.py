"""What an agent sees in a person's days is the tip once nothing is to do, from the file to the page and back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.flow.test_one_tip import HERE, Life, life, sent_with

from oo.testing.asgi import ask

pytestmark = pytest.mark.anyio
__all__ = ["life"]


async def a_strong_day(life: Life) -> None:
    """Thirty days with two things each, and one with six."""
    now = life.clock.now().date()
    days = [(now - timedelta(days=back), 2) for back in range(1, 30)] + [(now, 6)]
    life.file.write_text("".join(f"x {day} Thing {day} {place}\n" for day, many in days for place in range(many)))
    assert (await life.post("/connect/files", path=str(life.file))).status == 303
    await life.home.relay.settled(10.0)


async def heard(life: Life) -> dict[str, Any]:
    """The tip, once agents were asked."""
    assert (await life.call("/api/agents/momentum/compute", {}))["snippet"]["text"].startswith("A strong day")
    await life.home.relay.settled(10.0)
    found: dict[str, Any] = await life.call("/api/recommend", {})
    return found


async def test_a_strong_day_is_good_to_know_once(life: Life) -> None:
    await a_strong_day(life)
    tip = (await heard(life))["tip"]
    assert (tip["kind"], tip["content"]) == ("insight", "A strong day: 6 done, 2 is normal.")
    assert tip["why"] == "Momentum saw it in what you let oO read." and tip["evidence"][0]["ref"] == "agent:momentum"
    page = (await life.get("/")).text
    assert "Insight: " in page and "Good to know" in page and "Later" not in page
    said = await life.post("/", action="done", **sent_with(page))
    assert "Noted." in (await life.get(said.headers["location"])).text
    life.clock.advance(timedelta(minutes=1))
    assert (await heard(life))["silence"]["reason"] == "all-done"


async def test_without_the_consent_it_rests_on_it_stands_no_more(life: Life) -> None:
    await a_strong_day(life)
    assert (await heard(life))["tip"]["kind"] == "insight"
    assert "A strong day" in (await life.get("/settings/consents/mood_habits")).text, "it says what rests on it"
    headers = {"cookie": life.cookie, "origin": HERE, "x-csrf": life.csrf}
    consents = {"consents": {"mood_habits": False}}
    assert (await ask(life.app, "PATCH", "/api/profile/consents", headers=headers, data=consents)).status == 200
    await life.home.relay.settled(10.0)
    assert (await life.call("/api/recommend", {}))["tip"] is None
    assert "A strong day" not in (await life.get("/")).text
