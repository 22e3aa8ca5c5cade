"""What is known of a person through the API: seen with its evidence, corrected, deleted, and gone with its consent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.flow.test_one_tip import HERE, Life, life

from oo.contracts.accounts import Accounts
from oo.contracts.features import Features
from oo.contracts.knowledge import Knowledge
from oo.contracts.serving import Serving
from oo.testing.asgi import ask

pytestmark = pytest.mark.anyio
__all__ = ["life"]


async def seen(life: Life, path: str) -> Any:
    return (await ask(life.app, "GET", path, headers={"cookie": life.cookie})).json()


async def changed(life: Life, path: str, data: object) -> Any:
    headers = {"cookie": life.cookie, "origin": HERE, "x-csrf": life.csrf}
    return (await ask(life.app, "PATCH", path, headers=headers, data=data)).json()


async def lived(life: Life, days: int = 30) -> None:
    """Connect a file with a past: two things a day, at noon by the day they are stamped with."""
    now = life.clock.now().date()
    stamps = [now - timedelta(days=back) for back in range(1, days) for _ in range(2)]
    past = [f"x {stamp} Thing {place} +home\n" for place, stamp in enumerate(stamps)]
    life.file.write_text("".join(past) + "Water the plants\n")
    assert (await life.post("/connect/files", path=str(life.file))).status == 303
    await life.home.relay.settled(5.0)


async def test_an_agent_infers_from_a_file_s_past_and_the_person_has_the_last_word(life: Life) -> None:
    await lived(life)
    await life.call("/api/agents/momentum/compute", {})
    known = (await seen(life, "/api/profile"))["prefs"]["momentum"]["baseline_completions_per_day"]
    assert (known["value"], known["source"]) == (2.0, "inferred") and known["n"] == 56
    await changed(life, "/api/profile/prefs/momentum", {"prefs": {"baseline_completions_per_day": 5.0, "stdev": None}})
    prefs = (await seen(life, "/api/profile"))["prefs"]["momentum"]
    assert (prefs["baseline_completions_per_day"]["value"], prefs["stdev"]["source"]) == (5.0, "default")
    life.clock.advance(timedelta(days=1))
    await life.call("/api/agents/momentum/compute", {})
    prefs = (await seen(life, "/api/profile"))["prefs"]["momentum"]
    assert (prefs["baseline_completions_per_day"]["source"], prefs["stdev"]["source"]) == ("user", "default")


async def test_a_consent_taken_back_takes_what_was_derived_along_and_says_how_much(life: Life) -> None:
    await lived(life)
    await life.call("/api/agents/momentum/compute", {})
    told = await changed(life, "/api/profile/consents", {"consents": {"mood_habits": False}})
    assert told["deleted"] >= 58 and not told["consents"]["mood_habits"]["granted"]
    heard = await life.call("/api/agents/momentum/compute", {})
    assert heard["why_not"] == "consent:mood_habits" and heard["snippet"] is None
    assert all(one["source"] == "default" for one in (await seen(life, "/api/profile"))["prefs"]["momentum"].values())
    identity = await life.home.promises[Accounts].authenticate(cookie=life.cookie.partition("=")[2])
    assert identity is not None
    assert (await life.home.promises[Features].history(user=identity.user)).activities == ()


async def test_what_is_being_inferred_while_a_consent_is_taken_back_is_not_kept(life: Life) -> None:
    await lived(life)
    identity = await life.home.promises[Accounts].authenticate(cookie=life.cookie.partition("=")[2])
    assert identity is not None
    user, promises = identity.user, life.home.promises
    found = await promises[Serving].infer(history=await promises[Features].history(user=user))
    assert found["momentum"]["stdev"].is_inferred
    await changed(life, "/api/profile/consents", {"consents": {"mood_habits": False}})
    kept = [
        await promises[Knowledge].learn(user=user, scope=agent, version="1.0.0", found=values)
        for agent, values in found.items()
    ]
    assert sum(kept) == 0 and await promises[Knowledge].known(user=user) == []


async def test_a_context_silences_agents_and_a_switch_does_too(life: Life) -> None:
    await changed(life, "/api/profile/contexts", {"contexts": {"holiday": {"on": True}}})
    assert (await life.call("/api/agents/habit/compute", {}))["why_not"] == "context:holiday"
    await changed(life, "/api/profile/contexts", {"contexts": {"holiday": {"on": None}}})
    await changed(life, "/api/profile/prefs/habit", {"prefs": {"on": False}})
    assert (await life.call("/api/agents/habit/compute", {}))["why_not"] == "off"
    assert (await seen(life, "/api/profile"))["off"] == ["habit"]


async def test_only_what_somebody_chose_is_said_to_be_theirs(life: Life) -> None:
    said = (await seen(life, "/api/profile"))["prefs"]["global"]
    assert {one["source"] for name, one in said.items() if name != "zone"} == {"default"}
    assert all(one["at"] is None for one in said.values() if one["source"] == "default")
    await changed(life, "/api/profile/prefs/global", {"prefs": {"undo_seconds": 20}})
    said = (await seen(life, "/api/profile"))["prefs"]["global"]
    assert (said["undo_seconds"]["value"], said["undo_seconds"]["source"]) == (20, "user")
    assert said["undo_seconds"]["at"] is not None and said["low_light"]["source"] == "default"


async def test_the_registry_names_every_agent(life: Life) -> None:
    answer = await ask(life.app, "GET", "/api/agents/registry", headers={"cookie": life.cookie})
    assert {agent["id"] for agent in answer.json()["agents"]} >= {"overdue_task", "momentum", "habit"}
    assert dict(answer.headers)["cache-control"] == "private, max-age=60"


async def test_nonsense_is_refused_in_one_sentence(life: Life) -> None:
    for path, data in (
        ("/api/profile/consents", {"consents": {"everything": True}}),
        ("/api/profile/contexts", {"contexts": {"gym": {"on": True}}}),
        ("/api/profile/contexts", {"contexts": {"work": {"rule": {"days": [9]}}}}),
        ("/api/profile/prefs/momentum", {"prefs": {"stdev": [[1]]}}),
        ("/api/profile/prefs/global", {"prefs": {"zone": "Mars"}}),
    ):
        told = await changed(life, path, data)
        assert told["status"] == 422 and told["detail"].endswith("."), told
    assert (await changed(life, "/api/profile/prefs/nobody", {"prefs": {"on": True}}))["status"] == 404
