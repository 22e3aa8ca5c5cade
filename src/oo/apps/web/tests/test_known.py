"""What oO thinks it knows, on the settings page: everything, in words, with its evidence, to correct or delete."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from oo.apps.web.forms import Form
from oo.apps.web.pages import Visitor
from oo.apps.web.settings.known_making import known_rows
from oo.apps.web.settings.known_reading import value_of
from oo.apps.web.settings.person_view import KnownRow
from oo.apps.web.tests.everything_known import SEEN, agents, know_everything
from oo.apps.web.tests.site import Site, made
from oo.apps.web.tests.standins import LENA, SESSION
from oo.contracts.accounts import Identity
from oo.contracts.agents import Value
from oo.contracts.knowledge import Known
from oo.contracts.profiles import Profile
from oo.contracts.serving import ParameterView
from oo.contracts.words import translator

pytestmark = pytest.mark.anyio


@pytest.fixture
def site() -> Site:
    site = made()
    know_everything(site)
    return site


def test_there_is_a_value_here_of_everything_that_agents_infer() -> None:
    assert {(agent.id, one.name) for agent in agents() for one in agent.parameters} == set(SEEN)


async def test_everything_inferred_is_shown_with_its_evidence_to_correct_and_to_delete(site: Site) -> None:
    page = (await site.get("/settings")).text
    for (scope, key), (_, english, _) in SEEN.items():
        row = page.split(f'id="{scope}.{key}"')[1].split("</details>")[0]
        assert english in row and "84 tasks in 28 days" in row, (key, row)
        assert 'value="say"' in row and 'value="delete"' in row and 'name="value' in row, (key, row)


async def test_it_is_said_in_german(site: Site) -> None:
    site.profiles.profile = Profile(language="de", zone="Europe/Berlin")
    page = (await site.get("/settings")).text
    for key, (_, _, german) in SEEN.items():
        assert german in page, key


async def test_a_form_that_is_sent_as_it_is_shown_changes_nothing(site: Site) -> None:
    page = (await site.get("/settings")).text
    for (scope, key), (value, _, _) in SEEN.items():
        row = page.split(f'id="{scope}.{key}"')[1].split("</details>")[0]
        sent = [("scope", scope), ("key", key), ("do", "say")]
        for tag in re.findall(r"<input [^>]*>", row):
            fields = dict(re.findall(r'(\w+)="([^"]*)"', tag))
            if fields["name"].startswith("value") and ("checked" in tag or fields.get("type") != "checkbox"):
                sent.append((fields["name"], fields["value"]))
        assert (await site.post("/settings/known", sent)).status == 303
        known = site.person.knows[scope, key]
        assert (known.value, known.source) == (value, "user"), key


async def test_choices_lists_and_tables_are_corrected(site: Site) -> None:
    async def said(scope: str, key: str, *values: tuple[str, str]) -> Value:
        sent = [("scope", scope), ("key", key), ("do", "say"), *values]
        assert (await site.post("/settings/known", sent)).status == 303
        return site.person.knows[scope, key].value

    assert await said("recent_patterns", "free_weekdays", ("value", "6")) == (6.0,)
    assert await said("recent_patterns", "free_weekdays") == ()
    assert "No weekday is off." in (await site.get("/settings")).text, "what is empty can be changed back"
    assert await said("time_of_day", "peak_hours", ("value", "9, 21")) == (9.0, 21.0)
    assert await said("focus_area", "preferred_areas", ("value", "t-thesis")) == ("t-thesis",)
    assert "These weeks: Thesis." in (await site.get("/settings")).text
    assert await said("overdue_task", "project_realness", ("value:t-flat", "2,5")) == {"t-flat": 2.5}
    wrong = [("scope", "time_of_day"), ("key", "peak_hours"), ("do", "say"), ("value", "9, soon")]
    assert (await site.post("/settings/known", wrong)).status == 422
    nobody = [("scope", "time_of_day"), ("key", "shoe_size"), ("do", "say"), ("value", "42")]
    assert (await site.post("/settings/known", nobody)).status == 404


def test_what_an_agent_has_no_words_for_and_what_none_infers_any_more_is_seen_all_the_same(site: Site) -> None:
    at = site.clock.now()
    visitor = Visitor(Identity(LENA, SESSION, False, ""), Profile(), translator("en"), at)
    bare = ParameterView("longest_run", "completions", 3, 2.0, "", "")
    agent = replace(agents()[0], id="runner", parameters=(bare,))
    known = [Known("runner", "longest_run", 3.0, "inferred", at, 9), Known("gone", "old_thing", True, "user", at)]
    first, second = known_rows(known, [agent], {}, visitor)
    assert (first.sentence, first.evidence, len(first.fields)) == ("Runner, longest run: three.", "9 tasks", 1)
    assert second == KnownRow("gone", "old_thing", "Gone, old thing: on.", "You said so", (), "of-gone")


def test_a_value_is_read_in_the_form_that_it_has() -> None:
    assert value_of(Form({"value": ["true"]}), False, "") is True
    assert value_of(Form({}), True, "") is False
    assert value_of(Form({"value": [" Europe/Paris "]}), "UTC", "") == "Europe/Paris"
    assert value_of(Form({"value": ["a", "b"]}), ("c",), "") == ("a", "b")
