"""Files of a device, with and without JavaScript."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, expect
from tests.browser.conftest import Seen
from tests.browser.test_everybody import findings

pytestmark = pytest.mark.browser
LIST = b"(A) Call Ada\r\n\xff\x00end\r\n"


@pytest.mark.parametrize("device", ["phone", "plain"])
def test_a_list_is_uploaded_and_taken_back(request: pytest.FixtureRequest, device: str, tmp_path: Path) -> None:
    seen: Seen = request.getfixturevalue(device)
    seen.site.accounts.admin = False
    page = seen.open("/connect")
    page.get_by_role("link", name="Add: Files").click()
    file: FilePayload = {"name": 'Lena’s "list".txt', "mimeType": "text/plain", "buffer": LIST}
    page.get_by_label("File").set_input_files(file)
    if device == "phone":
        assert findings(page) == []
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("heading", level=1)).to_have_text('Lena’s "list".txt')
    with page.expect_download() as begun:
        page.get_by_role("link", name="Take it back").click()
    taken = tmp_path / "taken"
    begun.value.save_as(taken)
    assert taken.read_bytes() == LIST
    assert begun.value.suggested_filename.endswith(".txt")


def test_what_cannot_be_read_is_said_where_it_was_chosen(phone: Seen) -> None:
    page = phone.open("/connect/files")
    photo: FilePayload = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": b"x"}
    page.get_by_label("File").set_input_files(photo)
    page.locator("form[enctype] button").click()
    expect(page.get_by_role("alert")).to_have_text("No connector reads this file.")
    phone.complaints = [said for said in phone.complaints if "422" not in said]
