"""Advice and insights on the pages: no task behind them, so other words, other rows, and nothing to open."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest

from oo.apps.web.tests.everything_known import know_everything
from oo.apps.web.tests.site import Site, field
from oo.apps.web.tests.standins import thought_of
from oo.apps.web.tip.making import gilt_of
from oo.contracts.errors import TooLate
from oo.contracts.ids import HoldId
from oo.contracts.profiles import Profile
from oo.contracts.tips import HoldView

pytestmark = pytest.mark.anyio
STRONG = "A strong day: 6 done, 3 is normal."
WALK = "Take a short walk."
VERBS = {"insight": ("Good to know", "Gut zu wissen"), "advice": ("Will do", "Mach ich")}
NAMES = {"insight": ("Insight", "Beobachtung"), "advice": ("Advice", "Rat")}


def words(page: str) -> str:
    """What is on a page to read."""
    return " ".join(unescape(re.sub(r"<kbd.*?</kbd>|<[^>]*>", " ", page)).split())


async def test_an_insight_has_its_verbs_and_no_later(site: Site) -> None:
    site.tips.queue = [thought_of("insight", STRONG, site.clock)]
    page = (await site.get("/")).text
    assert "Insight: A strong day: 6 done, 3 is normal." in words(page)
    assert "A strong day: <em>6</em>\N{NO-BREAK SPACE}done, 3 is normal." in page
    assert re.findall(r'(?:<button|<a) class="(?:main|side \w+)"[^>]*>([^<]*)<', page) == ["Good to know", "Not this"]
    assert '<circle cx="12" cy="17" r="5"/>' in page
    assert "Open in" not in page and "todo.txt" not in page
    assert 'href="/settings#of-momentum">Not true?' in page


async def test_advice_has_its_verbs_and_its_later(site: Site) -> None:
    site.tips.queue = [thought_of("advice", WALK, site.clock)]
    page = (await site.get("/")).text
    assert "Advice: Take a short walk." in words(page)
    shown = re.findall(r'(?:<button|<a) class="(?:main|side \w+)"[^>]*>([^<]*)<', page)
    assert shown == ["Will do", "Later", "Not this"]
    assert "<em>" not in page and "Open in" not in page
    assert 'href="/settings#of-momentum">Not true?' in page
    assert "Later. When?" in (await site.get("/?open=later")).text


@pytest.mark.parametrize("language", [0, 1], ids=["en", "de"])
@pytest.mark.parametrize("kind", ["insight", "advice"])
async def test_both_speak_the_persons_language(site: Site, kind: str, language: int) -> None:
    site.profiles.profile = Profile(language=("en", "de")[language], zone="Europe/Berlin")
    site.tips.queue = [thought_of(kind, WALK, site.clock)]
    page = words((await site.get("/")).text)
    assert f"{NAMES[kind][language]}: {WALK}" in page
    assert VERBS[kind][language] in page
    assert ("Not true?", "Stimmt nicht?")[language] in page
    rows = words((await site.get("/?open=not")).text)
    assert ("Momentum Not for a month.", "Schwung Einen Monat nicht.")[language] in rows
    kinds = {"insight": ("Insights", "Beobachtungen"), "advice": ("Advice", "Rat")}
    ends = ("None of this kind for a month, or until", "Einen Monat nichts davon, oder bis")
    assert f"{kinds[kind][language]} {ends[language]}" in rows
    assert ("This task", "Diese Aufgabe")[language] not in rows


async def test_the_list_of_moments_is_not_there_for_an_insight(site: Site) -> None:
    site.tips.queue = [thought_of("insight", STRONG, site.clock)]
    page = (await site.get("/?open=later")).text
    assert "Later. When?" not in page
    assert "Good to know" in page and "Why?" in page


async def test_a_snooze_of_an_insight_is_refused_in_one_sentence(site: Site) -> None:
    site.tips.queue = [thought_of("insight", STRONG, site.clock)]
    form = {"action": "snooze", "tip": "thought", "key": "a", "until": "2026-11-22T07:30:00+00:00"}
    answer = await site.post("/", form)
    assert answer.status == 422
    assert "An insight can't be put off: there is nothing to do later." in words(answer.text)
    german = await site.post("/", form, accept_language="de")
    assert "Eine Beobachtung lässt sich nicht aufschieben" in words(german.text)
    assert site.tips.queue


async def test_an_undo_past_its_time_speaks_of_no_source(site: Site) -> None:
    async def late(**_: object) -> None:
        raise TooLate("The time to undo is over.")

    site.tips.react = late  # type: ignore[method-assign, assignment]
    answer = await site.post("/", {"action": "undo", "tip": "thought", "key": "b"})
    assert "The time to undo is over." in words(answer.text)


async def test_settings_list_an_agent_and_its_kind_until_when_and_either_can_be_allowed_again(site: Site) -> None:
    now, until = site.clock.now(), site.clock.now() + timedelta(days=30)
    site.tips.kept = [
        HoldView(HoldId("h1"), "kind", "insight", None, now, until),
        HoldView(HoldId("h2"), "kind", "advice", None, now, until),
        HoldView(HoldId("h3"), "item", None, "Momentum", now, until, lapses=False),
    ]
    page = words((await site.get("/settings")).text.split('id="held"')[1].split("</section>")[0])
    assert (
        "Insights Since 21 November, until 21 December Allow Advice Since 21 November, until 21 December Allow" in page
    )
    assert "Momentum Until 21 December Allow" in page
    await site.post("/settings/allow", {"hold": "h3"})
    assert [hold.id for hold in site.tips.kept] == ["h1", "h2"]


@pytest.mark.parametrize(
    ("kind", "form", "title"),
    [
        ("insight", {"action": "done"}, "Noted."),
        ("advice", {"action": "done"}, "Good."),
        ("advice", {"action": "snooze", "until": "2026-11-22T07:30:00+00:00"}, "Tomorrow morning, then."),
        *((kind, {"action": "dismiss", "scope": "now"}, "Gone for now.") for kind in ("insight", "advice")),
        *((kind, {"action": "dismiss", "scope": "item"}, "Gone for a month.") for kind in ("insight", "advice")),
        *((kind, {"action": "dismiss", "scope": "kind"}, "None of this kind for a month.") for kind in VERBS),
    ],
)
async def test_what_came_of_it_is_said_without_a_source_and_can_be_undone(
    site: Site, kind: str, form: dict[str, str], title: str
) -> None:
    site.tips.queue = [thought_of(kind, WALK, site.clock)]
    assert (await site.post("/", {"tip": "thought", "key": "a", **form})).headers["location"] == "/?after=thought"
    after = (await site.get("/?after=thought")).text
    assert f'<h1 class="s" tabindex="-1">{title}</h1>' in after
    assert "will know" not in after and "oO remembers it" not in after
    await site.post("/", {"action": "undo", "tip": "thought", "key": field(after, "key")})
    assert WALK in (await site.get("/")).text


async def test_not_true_leads_to_what_its_agent_inferred(site: Site) -> None:
    know_everything(site)
    page = (await site.get("/settings")).text
    for agent in {scope for scope, _ in site.person.knows}:
        assert page.count(f'id="of-{agent}"') == 1
        assert page.index(f'id="of-{agent}"') == page.index(f'id="of-{agent}"', page.index('id="knows"'))
        assert page.index(f'id="of-{agent}"') < page.index('id="angles"')


async def test_where_nothing_is_inferred_not_true_leads_to_its_agents_switch(site: Site) -> None:
    know_everything(site)
    site.person.knows = {both: one for both, one in site.person.knows.items() if both[0] != "momentum"}
    page = (await site.get("/settings")).text
    assert page.count('id="of-momentum"') == 1
    row = page.split('id="of-momentum"')[1].split("</label>")[0]
    assert "Momentum" in row and "checkbox" in row


@pytest.mark.parametrize(
    ("text", "gilt"),
    [
        (STRONG, "6"),
        ("Most gets done at 9:30.", "9:30"),
        ("4.2 things are a normal day, 7 were done.", "4.2"),
        ("Ein normaler Tag hat 4,2 Dinge.", "4,2"),
        ("16 done, 6 is normal.", "16"),
        ("Done by 9.", "9"),
        ("Nothing to count.", None),
        ("Room B12 is 3 doors on.", None),
        ("The 3rd in a row.", None),
    ],
)
async def test_the_first_number_of_an_insight_is_gilt(text: str, gilt: str | None) -> None:
    assert gilt_of(text) == gilt
