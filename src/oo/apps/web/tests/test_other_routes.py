"""Sign in, connect, settings, legal and errors over HTTP."""

from __future__ import annotations

from datetime import timedelta

import pytest

from oo.apps.web.tests.site import Site
from oo.contracts.ids import HoldId
from oo.contracts.tips import HoldView

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("path", ["/", "/connect", "/connect/c1", "/connect/files", "/connect/mind", "/settings"])
async def test_whoever_is_not_signed_in_is_shown_the_door(site: Site, path: str) -> None:
    answer = await site.get(path, cookie="")
    assert (answer.status, answer.headers["location"]) == (303, "/sign-in")


async def test_the_link_signs_in_once(site: Site) -> None:
    first = await site.get("/sign-in/good-link", cookie="", accept_language="de-DE,de;q=0.9")
    assert (first.status, first.headers["location"]) == (303, "/")
    assert "oo=good; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax" in first.headers["set-cookie"]
    assert site.profiles.profile.language == "de"
    second = await site.get("/sign-in/good-link", cookie="")
    assert second.status == 410
    assert "This link has been used." in second.text
    assert "<code>oo link</code>" in second.text


async def test_a_preview_of_the_link_does_not_use_it(site: Site) -> None:
    await site.get("/sign-in/good-link", cookie="", sec_purpose="prefetch")
    assert site.accounts.links == {"good-link"}


async def test_the_door_says_how_to_get_in_and_what_is_accepted(site: Site) -> None:
    page = (await site.get("/sign-in", cookie="")).text
    for text in ("One tip. Right now.", "<code>oo link</code>", "/legal/terms", "/legal/privacy"):
        assert text in page
    assert (await site.get("/sign-in")).headers["location"] == "/"


@pytest.mark.parametrize("path", ["/legal/terms", "/legal/privacy"])
@pytest.mark.parametrize("language", ["en", "de"])
async def test_the_legal_pages_are_open_to_everybody(site: Site, path: str, language: str) -> None:
    page = await site.get(path, cookie="", accept_language=language)
    assert page.status == 200
    assert f'lang="{language}"' in page.text


async def test_connect_lists_what_is_there_and_what_could_be(site: Site) -> None:
    page = (await site.get("/connect")).text
    for text in ("todo.txt", "Read 2 minutes ago. 41 open", "On your mind", "/connect/files"):
        assert text in page


async def test_a_guest_adds_files_of_the_device_and_sees_none_of_the_machine(site: Site) -> None:
    site.accounts.admin = False
    page = (await site.get("/connect/files")).text
    assert "From this device" in page
    for word in ("On this machine", "/home/lena", "todo.txt</strong>"):
        assert word not in page
    site.accounts.admin = True
    assert "On this machine" in (await site.get("/connect/files")).text


async def test_a_folder_is_opened_without_its_path_in_an_address(site: Site) -> None:
    page = (await site.get("/connect/files")).text
    assert "/connect/files?" not in page
    assert 'action="/connect/folder"' in page
    opened = await site.post("/connect/folder", {"path": "/home/lena/notes"})
    assert opened.status == 200
    assert 'value="/home/lena/notes"' in opened.text
    site.accounts.admin = False
    assert "/home/lena" not in (await site.post("/connect/folder", {"path": "/home/lena/notes"})).text


async def test_a_connection_shows_what_it_reads_and_what_it_could_not(site: Site) -> None:
    page = (await site.get("/connect/c1")).text
    for text in ("Connected since 3 October.", "Titles, dates", "todo.txt, line 12", "The date 2026-13-40"):
        assert text in page
    assert (await site.get("/connect/other")).status == 404


async def test_forgetting_a_source_gives_a_receipt(site: Site) -> None:
    gone = await site.post("/connect/c1/forget", {})
    assert gone.status == 200
    assert "All 214 records that came from there are deleted." in gone.text
    assert "todo.txt" not in (await site.get("/connect")).text.split("Also possible", maxsplit=1)[0]


async def test_a_file_that_nothing_reads_is_said_where_it_was_typed(site: Site) -> None:
    answer = await site.post("/connect/files", {"path": "/home/lena/photo.jpg"})
    assert answer.status == 422
    assert "No connector reads this file." in answer.text
    assert 'value="/home/lena/photo.jpg"' in answer.text
    assert (await site.post("/connect/files", {"path": "/home/lena/todo.txt"})).headers["location"] == "/connect/c1"


async def test_things_on_the_mind_can_be_changed(site: Site) -> None:
    site.sources.things = ["call grandma"]
    assert 'value="call grandma"' in (await site.get("/connect/mind")).text
    await site.post("/connect/mind", {"thing": "tyres"})
    assert site.sources.things == ["tyres"]


async def test_settings_show_only_what_works(site: Site) -> None:
    page = (await site.get("/settings")).text
    for text in ("My day ends at", "Time zone", "Low light", "Single keys", "Sign out", "Export", "Delete everything"):
        assert text in page
    for text in ("Not this",):
        assert text not in page


async def test_settings_are_saved_and_a_switch_not_sent_is_off(site: Site) -> None:
    form = {"day_ends_at": "03:00", "language": "en", "undo_seconds": "20", "low_light": "true"}
    assert (await site.post("/settings", form)).headers["location"] == "/settings?saved=1"
    assert (await site.post("/settings", form, x_swap="1")).status == 204
    profile = site.profiles.profile
    assert (profile.undo_seconds, profile.low_light, profile.single_keys) == (20, True, False)
    assert 'class="low"' in (await site.get("/")).text


async def test_what_was_turned_away_can_be_allowed(site: Site) -> None:
    now = site.clock.now()
    site.tips.kept = [HoldView(HoldId("h1"), "kind", "overdue", None, now, now + timedelta(days=30))]
    page = (await site.get("/settings")).text
    assert "Overdue tasks" in page
    assert "Since 21 November, until 21 December" in page
    assert (await site.post("/settings/allow", {"hold": "h1"})).status == 303
    assert site.tips.kept == []


async def test_signing_out_takes_the_cookie_back(site: Site) -> None:
    out = await site.post("/settings/sign-out", {"session": "session-1"})
    assert out.headers["location"] == "/sign-in"
    assert "Max-Age=0" in out.headers["set-cookie"]


async def test_everything_can_be_taken_along_as_one_file(site: Site) -> None:
    answer = await site.get("/settings/export")
    assert answer.headers["content-disposition"] == 'attachment; filename="oo-2026-11-21.json"'
    assert answer.json()["profile"]["preferences"]


async def test_deleting_everything_needs_the_name(site: Site) -> None:
    wrong = await site.post("/settings/erase", {"name": "Lina"})
    assert (wrong.status, "Nothing was deleted." in wrong.text) == (422, True)
    assert site.forgetting.erased == []
    right = await site.post("/settings/erase", {"name": " lena "})
    assert "All 27 records about you are deleted." in right.text
    assert site.forgetting.erased == ["lena"]
    assert "Max-Age=0" in right.headers["set-cookie"]


async def test_a_form_without_the_sessions_token_changes_nothing(site: Site) -> None:
    answer = await site.post("/settings", {"language": "de"}, csrf="wrong")
    assert answer.status == 403
    assert "That did not work. Nothing was changed." in answer.text
    assert site.profiles.profile.language == "en"


async def test_an_address_that_does_not_exist_says_nothing_here(site: Site) -> None:
    answer = await site.get("/connect/other")
    assert answer.status == 404
    assert "Nothing here." in answer.text
    assert (await site.get("/static/other.js")).status == 404


async def test_what_breaks_says_its_number(site: Site) -> None:
    async def broken(**_: object) -> None:
        raise RuntimeError("private words")

    site.sources.connections = broken  # type: ignore[method-assign, assignment]
    answer = await site.get("/connect")
    assert answer.status == 500
    assert "Something broke here, not with you." in answer.text
    assert "private words" not in answer.text
