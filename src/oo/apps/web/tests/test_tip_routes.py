"""The tip page over HTTP, as a browser without scripts uses it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from oo.apps.web.tests.site import Site, field
from oo.apps.web.tests.standins import tip_of
from oo.contracts.tips import SilenceView

pytestmark = pytest.mark.anyio


async def test_the_tip_stands_on_the_page_with_its_why_and_its_three_words(site: Site) -> None:
    site.tips.queue = [tip_of("Send Lena the signed lease.", site.clock)]
    page = (await site.get("/")).text
    for text in ("Send Lena the signed lease.", "It was due yesterday", "Done<", "Later<", "Not this<", "<title>oO<"):
        assert text in page
    assert site.tips.was_seen == ["d-Send"]


async def test_a_preview_of_the_page_is_not_a_view(site: Site) -> None:
    site.tips.queue = [tip_of("Send Lena the signed lease.", site.clock)]
    await site.get("/", sec_purpose="prefetch")
    assert site.tips.was_seen == []


async def test_done_leads_to_undo_and_undo_leads_back(site: Site) -> None:
    site.tips.queue = [tip_of("Send Lena the signed lease.", site.clock)]
    page = (await site.get("/")).text
    done = await site.post("/", {"action": "done", "tip": field(page, "tip"), "key": field(page, "key")})
    assert (done.status, done.headers["location"]) == (303, "/?after=d-Send")
    after = (await site.get("/?after=d-Send")).text
    assert "Done." in after
    assert "todo.txt will know in a moment." in after
    assert 'data-undo="8"' in after
    undone = await site.post("/", {"action": "undo", "tip": "d-Send", "key": field(after, "key")})
    assert undone.headers["location"] == "/?back=1"
    back = (await site.get("/?back=1")).text
    assert 'data-say="Back as it was."' in back
    assert "Send Lena the signed lease." in back


async def test_the_same_form_sent_twice_is_one_reaction(site: Site) -> None:
    site.tips.queue = [tip_of("Send Lena the signed lease.", site.clock)]
    form = {"action": "done", "tip": "d-Send", "key": "one-key"}
    assert [(await site.post("/", form)).status for _ in range(2)] == [303, 303]
    assert len(site.tips.reactions) == 1


async def test_an_undo_past_its_time_is_said_plainly(site: Site) -> None:
    site.tips.queue = [tip_of("Send Lena the signed lease.", site.clock)]
    await site.post("/", {"action": "done", "tip": "d-Send", "key": "a"})
    site.clock.advance(9)
    late = await site.post("/", {"action": "undo", "tip": "d-Send", "key": "b"})
    assert late.status == 200
    assert "The source has it already. Open it there." in late.text
    assert 'data-say="The source has it already. Open it there."' in late.text
    assert "Nothing now." in (await site.get("/?after=d-Send")).text


async def test_undo_is_held_open_while_it_is_looked_at(site: Site) -> None:
    site.tips.queue = [tip_of("Send Lena the signed lease.", site.clock)]
    await site.post("/", {"action": "done", "tip": "d-Send", "key": "a"})
    site.clock.advance(7)
    assert (await site.post("/hold", {"tip": "d-Send"})).status == 204
    site.clock.advance(7)
    assert (await site.post("/", {"action": "undo", "tip": "d-Send", "key": "b"})).status == 303


async def test_later_shows_moments_with_their_exact_times(site: Site) -> None:
    site.tips.queue = [tip_of("Send Lena the signed lease.", site.clock)]
    page = (await site.get("/?open=later")).text
    for text in ("Later. When?", "After your meeting", "This evening", "Sun 08:00", "Wed 08:00", "Pick a time"):
        assert text in page
    assert 'aria-label="Tomorrow morning, Sunday 08:00"' in page


async def test_a_snooze_says_when_it_comes_back(site: Site) -> None:
    site.tips.queue = [tip_of("Send Lena the signed lease.", site.clock)]
    form = {"action": "snooze", "tip": "d-Send", "key": "a", "until": "2026-11-22T07:30:00+00:00"}
    assert (await site.post("/", form)).status == 303
    after = (await site.get("/?after=d-Send")).text
    assert "Tomorrow morning, then." in after
    assert "Sun 08:30" in after
    assert "Later: Sunday 08:30. Undo for 8 seconds." in after


async def test_a_picked_time_is_the_persons_own(site: Site) -> None:
    site.tips.queue = [tip_of("Send Lena the signed lease.", site.clock)]
    form = {"action": "snooze", "tip": "d-Send", "key": "a", "at": "2026-11-21T20:15"}
    assert (await site.post("/", form)).status == 303
    until = site.tips.reactions["a"].until
    assert until is not None
    assert until.astimezone(UTC) == datetime(2026, 11, 21, 19, 15, tzinfo=UTC)


@pytest.mark.parametrize("until", ["", "soon", "2026-11-20T08:00:00+00:00"])
async def test_a_moment_that_is_none_changes_nothing(site: Site, until: str) -> None:
    site.tips.queue = [tip_of("Send Lena the signed lease.", site.clock)]
    answer = await site.post("/", {"action": "snooze", "tip": "d-Send", "key": "a", "until": until})
    assert answer.status == 422
    assert "Nothing was changed." in answer.text
    assert site.tips.queue


async def test_not_this_names_the_kind_and_each_end(site: Site) -> None:
    site.tips.queue = [tip_of("Send Lena the signed lease.", site.clock)]
    page = (await site.get("/?open=not")).text
    for text in (
        "Not this. How far?",
        "It may come back tomorrow.",
        "Not for a month, unless it changes in todo.txt.",
        "Overdue tasks",
    ):
        assert text in page
    await site.post("/", {"action": "dismiss", "scope": "item", "tip": "d-Send", "key": "a"})
    assert "Gone for a month, unless it changes." in (await site.get("/?after=d-Send")).text


@pytest.mark.parametrize("form", [{"action": "explode"}, {"action": "dismiss", "scope": "world"}, {}])
async def test_an_unknown_reaction_is_refused(site: Site, form: dict[str, str]) -> None:
    assert (await site.post("/", {"tip": "d-Send", "key": "a", **form})).status == 422


async def test_silence_says_why(site: Site) -> None:
    page = (await site.get("/")).text
    assert "Nothing now." in page
    assert "Nothing is open in todo.txt." in page
    assert 'class="main"' not in page


async def test_who_has_nothing_connected_writes_three_things(site: Site) -> None:
    site.tips.silence = SilenceView("nothing-connected", "Nothing is connected.")
    page = (await site.get("/")).text
    assert "Three things on your mind?" in page
    assert "/settings" not in page
    empty = await site.post("/begin", {"thing": " "})
    assert (empty.status, "One is enough." in empty.text) == (200, True)
    assert (await site.post("/begin", {"thing": "call grandma"})).headers["location"] == "/"
    assert site.sources.things == ["call grandma"]


async def test_a_source_that_asks_to_sign_in_is_said_in_the_note(site: Site) -> None:
    site.tips.queue = [tip_of("Ask Tom for the gate code.", site.clock)]
    site.sources.state = "reconnect"
    page = (await site.get("/")).text
    assert "todo.txt asks you to sign in again." in page
    assert 'href="/connect/c1">Reconnect' in page


async def test_without_another_tip_the_page_itself_asks_to_sign_in(site: Site) -> None:
    site.sources.state = "reconnect"
    page = (await site.get("/")).text
    for text in ('class="face reconnect"', "Until then oO cannot see what changed there.", 'action="/connect/c1"'):
        assert text in page
    assert 'href="/?not-now=1"' in page
    assert "Nothing now." in (await site.get("/?not-now=1")).text


async def test_a_source_that_cannot_be_read_for_an_hour_is_said_in_the_note(site: Site) -> None:
    site.tips.queue = [tip_of("Ask Tom for the gate code.", site.clock)]
    site.sources.state, site.sources.problem = "slow", "The file is not there any more."
    assert 'class="note"' not in (await site.get("/")).text
    site.sources.read = timedelta(hours=2)
    page = (await site.get("/")).text
    assert "todo.txt could not be read." in page
    assert 'href="/connect/c1">Look' in page


async def test_an_address_that_is_no_web_address_is_no_link(site: Site) -> None:
    site.tips.queue = [tip_of("Send it.", site.clock, where="javascript:alert(1)")]
    assert "javascript:" not in (await site.get("/")).text


async def test_words_of_the_person_are_text_never_markup(site: Site) -> None:
    site.tips.queue = [tip_of("<script>alert(1)</script> {source}", site.clock)]
    page = (await site.get("/")).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {source}" in page


async def test_german_pages_speak_german(site: Site) -> None:
    await site.profiles.change(user=None, values={"language": "de"})  # type: ignore[arg-type]
    site.tips.queue = [tip_of("Den Vertrag schicken.", site.clock)]
    page = (await site.get("/")).text
    assert 'lang="de"' in page
    for text in ("Erledigt<", "Später<", "Nicht das<", "Warum?"):
        assert text in page


async def test_the_devices_zone_is_taken(site: Site) -> None:
    assert (await site.post("/zone", {"zone": "Asia/Tokyo"})).status == 204
    assert site.profiles.profile.zone == "Asia/Tokyo"


async def test_nobody_has_to_be_told_of_what_was_written_here(site: Site) -> None:
    site.tips.queue = [tip_of("Call Grandma.", site.clock, source_name="On your mind", where=None)]
    assert "Not for a month, unless you change it." in (await site.get("/?open=not")).text
    await site.post("/", {"action": "done", "tip": "d-Call", "key": "a"})
    after = (await site.get("/?after=d-Call")).text
    assert "Done." in after
    assert "will know" not in after
