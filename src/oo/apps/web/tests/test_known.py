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
from oo.apps.web.tests.site import Site, made
from oo.apps.web.tests.standins import LENA, SESSION
from oo.contracts.accounts import Identity
from oo.contracts.agents import Value, as_value
from oo.contracts.ids import Ref
from oo.contracts.items import Facts
from oo.contracts.knowledge import Known
from oo.contracts.manifests import AgentManifest
from oo.contracts.profiles import Profile
from oo.contracts.serving import AgentView, ParameterView
from oo.contracts.sources import Inventory, Wording
from oo.contracts.words import translator
from oo.kernel.plugins import discover

pytestmark = pytest.mark.anyio

NAMES = {"t-flat": "Flat", "t-thesis": "Thesis"}
SEEN: dict[tuple[str, str], tuple[Value, str, str]] = {
    ("focus_area", "preferred_areas"): (
        *(("t-flat", "t-gone"), "These weeks: Flat and one other project."),
        "Zurzeit: Flat und ein anderes Projekt.",
    ),
    ("habit", "slips_after"): (
        *(1.5, "A habit slips after 1.5 times its usual gap."),
        "Eine Gewohnheit rutscht nach dem 1,5-Fachen ihres üblichen Abstands.",
    ),
    ("momentum", "baseline_completions_per_day"): (
        4.2,
        "A normal day is four things.",
        "Ein normaler Tag hat vier Dinge.",
    ),
    ("momentum", "engagement_trend"): (
        *(-0.25, "The last week, against those before: −0.25 things a day."),
        "Die letzte Woche gegen die davor: −0,25 Dinge am Tag.",
    ),
    ("momentum", "stdev"): (
        *(0.8, "Most days are within one thing of a normal one."),
        "Die meisten Tage weichen um höchstens ein Ding von einem normalen ab.",
    ),
    ("overdue_task", "lateness_tolerance_days"): (
        *(0.0, "A date is a date for you, with no day to spare."),
        "Ein Datum ist für dich ein Datum, ohne einen Tag Luft.",
    ),
    ("overdue_task", "project_realness"): (
        *({"t-flat": 1.4, "t-thesis": 0.7}, "How real dates are to you: Flat 1.4 and Thesis 0.7."),
        "Wie ernst Daten für dich sind: Flat 1,4 und Thesis 0,7.",
    ),
    ("recent_patterns", "daily_cycle"): (
        *(3.0, "Your fullest part of the day is 300\u2009% above the mean."),
        "Deine vollste Tageszeit liegt 300\u2009% über dem Mittel.",
    ),
    ("recent_patterns", "free_weekdays"): (
        (5.0, 6.0),
        "Saturdays and Sundays are off.",
        "Samstage und Sonntage sind frei.",
    ),
    ("recent_patterns", "lookback_days"): (
        *(21.0, "What is usual is read from the last 21 days."),
        "Was üblich ist, steht in den letzten 21 Tagen.",
    ),
    ("recent_patterns", "strong_parts"): ((1.0,), "Your fullest time: mornings.", "Deine vollste Zeit: Vormittage."),
    ("recent_patterns", "strong_weekdays"): ((), "No weekday stands out.", "Kein Wochentag sticht heraus."),
    ("recent_patterns", "weekly_cycle"): (
        *(0.4, "Your fullest weekday is 40\u2009% above the mean."),
        "Dein vollster Wochentag liegt 40\u2009% über dem Mittel.",
    ),
    ("time_of_day", "peak_hours"): (
        *((9.0, 10.0, 20.0), "Most gets done at 09:00, 10:00 and 20:00."),
        "Das meiste wird um 09:00, 10:00 und 20:00 fertig.",
    ),
    ("time_of_day", "preferred_hour"): (0.0, "Your best hour is about 00:00.", "Deine beste Stunde ist gegen 00:00."),
    ("time_of_day", "quiet_end"): (7.0, "Little gets done before seven.", "Vor sieben wird wenig fertig."),
    ("time_of_day", "quiet_start"): (22.0, "Little gets done from 22:00 on.", "Ab 22:00 wird wenig fertig."),
    ("time_of_day", "tz"): (
        *("Europe/Berlin", "Your hours are counted in Europe/Berlin."),
        "Deine Stunden sind in Europe/Berlin gezählt.",
    ),
}
"""A value of every parameter that oO's agents infer, and what is read of it."""


def agents() -> list[AgentView]:
    found = discover("agents", AgentManifest.model_validate).plugins
    return [
        AgentView(
            *(plugin.id, plugin.manifest.name, "", "1.0.0", "live", 60, (), (), ()),
            tuple(
                ParameterView(
                    *(name, one.evidence, one.minimum, as_value(one.default)),
                    *(one.unit, one.says, one.says_one, one.says_none),
                )
                for name, one in plugin.manifest.parameters.items()
            ),
        )
        for plugin in found.values()
    ]


@pytest.fixture
def site() -> Site:
    """Somebody of whom everything is inferred that can be."""
    site = made()
    at = site.clock.now()
    site.person.registered = agents()
    site.person.knows = {
        (scope, key): Known(scope, key, value, "inferred", at, 84, 0.7, {"days": 28.0})
        for (scope, key), (value, _, _) in SEEN.items()
    }
    refs = {token: Ref(f"c1:{token}") for token in NAMES}
    site.sources.stock = Inventory(tuple(Facts(ref, "v1", project=token) for token, ref in refs.items()))
    site.sources.words = {
        refs[token]: Wording(refs[token], "A thing", name, "todo.txt", "todotxt", None, True)
        for token, name in NAMES.items()
    }
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
    assert second == KnownRow("gone", "old_thing", "Gone, old thing: on.", "You said so", ())


def test_a_value_is_read_in_the_form_that_it_has() -> None:
    assert value_of(Form({"value": ["true"]}), False, "") is True
    assert value_of(Form({}), True, "") is False
    assert value_of(Form({"value": [" Europe/Paris "]}), "UTC", "") == "Europe/Paris"
    assert value_of(Form({"value": ["a", "b"]}), ("c",), "") == ("a", "b")
