"""Without JavaScript everything works, a page at a time."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from tests.browser.conftest import Seen

from oo.contracts.tips import SilenceView

pytestmark = pytest.mark.browser
LEASE, GATE = "Send Lena the signed lease.", "Ask Tom for the gate code."


def test_done_undo_and_whats_next(plain: Seen) -> None:
    page = plain.open()
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_role("heading")).to_have_text("Done.")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading")).to_contain_text(LEASE)
    page.get_by_role("button", name="Done").click()
    page.get_by_role("link", name="What's next").click()
    expect(page.get_by_role("heading")).to_contain_text(GATE)


def test_why_later_and_not_this(plain: Seen) -> None:
    page = plain.open()
    page.get_by_text("Why?").click()
    expect(page.get_by_text("It was due yesterday")).to_be_visible()
    page.get_by_role("link", name="Later").click()
    page.get_by_role("link", name="Never mind").click()
    page.get_by_role("link", name="Later").click()
    page.get_by_role("button", name="Tomorrow morning").click()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    page.get_by_role("link", name="What's next").click()
    page.get_by_role("link", name="Not this").click()
    page.get_by_role("button", name="Overdue tasks").click()
    expect(page.get_by_role("heading")).to_have_text("None of this kind for a month.")


def test_first_run(plain: Seen) -> None:
    plain.site.tips.queue = []
    plain.site.tips.silence = SilenceView("nothing-connected", "Nothing is connected.")
    page = plain.open()
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_text("One is enough.")).to_be_visible()
    page.get_by_label("First thing").fill("call grandma")
    page.get_by_role("button", name="Begin").click()
    assert plain.site.sources.things == ["call grandma"]


def test_settings_have_a_save_button(plain: Seen) -> None:
    page = plain.open("/settings")
    page.get_by_label("My day ends at").select_option("03:00")
    page.get_by_role("switch", name="Single keys").uncheck()
    page.get_by_label("Time zone, by name").fill("Asia/Tokyo")
    page.locator("button[form=prefs]").click()
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    profile = plain.site.profiles.profile
    assert (str(profile.day_ends_at), profile.single_keys, profile.zone) == ("03:00:00", False, "Asia/Tokyo")


def test_deleting_everything_ends_with_a_receipt(plain: Seen) -> None:
    page = plain.open("/settings")
    page.get_by_text("Delete everything").first.click()
    page.get_by_label("Type your name to delete").fill("Lena")
    page.get_by_role("button", name="Delete everything").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Everything is deleted.")
    expect(page.get_by_text("27", exact=True)).to_be_visible()
