"""The settings page about the person: what oO may use, when it is silent, what it thinks it knows."""

from __future__ import annotations

from datetime import time

import pytest

from oo.apps.web.tests.site import Site, made
from oo.contracts.contexts import ContextRule
from oo.contracts.profiles import Profile

pytestmark = pytest.mark.anyio


@pytest.fixture
def site() -> Site:
    return made()


async def test_the_page_shows_consents_contexts_agents_and_what_is_known(site: Site) -> None:
    page = (await site.get("/settings")).text
    for words in (
        *("Right now", "What oO may use", "What oO thinks it knows"),
        *("Your best hour is about nine.", "84 tasks in 28 days", "A normal day is four things.", "Sundays are off."),
        *("Mood and habits", "To choose kinder moments.", "What would go?", "Momentum"),
    ):
        assert words in page, words


async def test_whoever_asks_sees_what_rests_on_a_consent_and_the_page_itself_counts_nothing(site: Site) -> None:
    settings = (await site.get("/settings")).text
    assert 'href="/settings/consents/mood_habits"' in settings and site.person.previewed == []
    page = (await site.get("/settings/consents/mood_habits")).text
    for words in (
        *("Mood and habits", "Off deletes 58 records.", "Water the plants"),
        "Without it, 2 tips of the last 30 days would have been others.",
    ):
        assert words in page, words
    page = (await site.get("/settings/consents/task_titles")).text
    assert "Off deletes nothing." in page and "every tip of the last 30 days would have been the same" in page
    assert (await site.get("/settings/consents/shoe_size")).status == 404
    assert site.person.previewed == ["mood_habits", "task_titles"]
    site.profiles.profile = Profile(language="de", zone="Europe/Berlin")
    assert "Aus löscht 58 Einträge." in (await site.get("/settings/consents/mood_habits")).text


async def test_it_speaks_german(site: Site) -> None:
    site.profiles.profile = Profile(language="de", zone="Europe/Berlin")
    page = (await site.get("/settings")).text
    for words in ("Was oO nutzen darf", "Deine beste Stunde ist gegen neun.", "84 Aufgaben in 28 Tagen", "Urlaub"):
        assert words in page, words


async def test_a_consent_that_is_not_sent_is_taken_back_and_the_answer_says_how_much_went(site: Site) -> None:
    kept = {key: "true" for key, on in site.person.allowed.items() if on and key != "mood_habits"}
    answer = await site.post("/settings/consents", kept, x_swap="1")
    assert answer.text == "Saved. 58 records are deleted."
    assert not site.person.allowed["mood_habits"] and site.person.allowed["calendar_times"]
    assert site.person.allowed["task_titles"], "what the page does not show is left as it is"
    assert (await site.post("/settings/consents", kept, x_swap="1")).status == 204


async def test_one_context_is_put_on_and_the_others_are_left_to_their_rules(site: Site) -> None:
    assert (await site.post("/settings/context", {"context": "focus"})).status == 303
    assert site.person.on["focus"] is True and site.person.on["work"] is None
    assert "Focus, as you said." in (await site.get("/settings")).text
    await site.post("/settings/context", {"context": ""})
    assert site.person.on["focus"] is None
    assert (await site.post("/settings/context", {"context": "gym"})).status == 422


async def test_a_rule_is_set_and_taken_away(site: Site) -> None:
    await site.post("/settings/rule", {"context": "home", "day": "5", "start": "10:00", "end": "22:00", "calendar": ""})
    assert site.person.rules["home"] == ContextRule((5,), time(10), time(22))
    await site.post("/settings/rule", {"context": "home", "calendar": ""})
    assert site.person.rules["home"] is None
    assert (await site.post("/settings/rule", {"context": "home", "day": "5", "start": "soon"})).status == 422


async def test_an_agent_is_switched_off_and_on(site: Site) -> None:
    await site.post("/settings/agents", {"momentum": "true", "time_of_day": "true"})
    assert site.person.off == {"recent_patterns"}
    await site.post("/settings/agents", {"momentum": "true", "time_of_day": "true", "recent_patterns": "true"})
    assert site.person.off == set()


async def test_what_is_known_becomes_the_persons_own_or_goes(site: Site) -> None:
    known = {"scope": "time_of_day", "key": "preferred_hour"}
    await site.post("/settings/known", {**known, "do": "say", "value": "14"})
    page = (await site.get("/settings")).text
    assert "Your best hour is about 14:00." in page and "You said so" in page
    await site.post("/settings/known", {**known, "do": "delete"})
    assert "Your best hour" not in (await site.get("/settings")).text
    assert (await site.post("/settings/known", {**known, "do": "delete"})).status == 404
    for text in ("soon", "nan", "inf", "1e999"):  # a value that is no number would leave a page that can't be drawn
        assert (await site.post("/settings/known", {**known, "do": "say", "value": text})).status == 422
