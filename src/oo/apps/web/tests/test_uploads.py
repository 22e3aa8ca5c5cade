"""Files of a device: sent in a form as browsers write it, connected, and taken back."""

from __future__ import annotations

import pytest

from oo.apps.web.tests.site import BROWSER, Site
from oo.testing.asgi import Answer, ask

pytestmark = pytest.mark.anyio
LIST = b"(A) Call Ada\r\n--not-the-boundary\r\n\xff\x00end"


async def upload(
    site: Site, name: str = "plans.txt", data: bytes = LIST, *, csrf: str = "token-of-the-session", boundary: str = "X1"
) -> Answer:
    """The answer to a form with a file."""
    body = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n{csrf}\r\n'
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        "Content-Type: text/plain\r\n\r\n"
    ).encode() + data
    body += f"\r\n--{boundary}--\r\n".encode()
    headers = {**BROWSER, "cookie": "oo=good", "content-type": f"multipart/form-data; boundary={boundary}"}
    return await ask(site.app, "POST", "/connect/upload", headers=headers, body=body)


async def test_a_file_arrives_as_it_is_and_leads_to_its_connection(site: Site) -> None:
    answer = await upload(site, "größte %22Pläne%22.txt")
    assert (answer.status, answer.headers["location"]) == (303, "/connect/c1")
    assert site.sources.uploaded is not None
    assert (site.sources.uploaded.name, site.sources.uploaded.data) == ('größte "Pläne".txt', LIST)


async def test_it_can_be_taken_back_under_its_name(site: Site) -> None:
    assert (await site.get("/connect/c1/file")).status == 404
    await upload(site, "Pläne.txt")
    page = (await site.get("/connect/c1")).text
    assert "Kept here, encrypted with your own key." in page
    assert 'href="/connect/c1/file" download>Take it back' in page
    file = await site.get("/connect/c1/file")
    assert file.body == LIST
    assert file.headers["content-disposition"] == "attachment; filename*=UTF-8''Pl%C3%A4ne.txt"
    assert file.headers["content-type"] == "application/octet-stream"
    assert file.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [("photo.jpg", b"x", "No connector reads this file."), ("", b"", "Choose a file first.")],
)
async def test_what_cannot_be_used_is_said_where_it_was_chosen(site: Site, name: str, data: bytes, said: str) -> None:
    answer = await upload(site, name, data)
    assert answer.status == 422
    assert said in answer.text
    assert "From this device" in answer.text


async def test_a_form_without_the_sessions_token_brings_nothing(site: Site) -> None:
    assert (await upload(site, csrf="wrong")).status == 403
    assert site.sources.uploaded is None


async def test_an_empty_file_is_a_file(site: Site) -> None:
    assert (await upload(site, data=b"")).status == 303
    assert site.sources.uploaded is not None
    assert site.sources.uploaded.data == b""


async def test_what_is_no_form_with_a_file_changes_nothing(site: Site) -> None:
    assert (await site.post("/connect/upload", {"file": "x"})).status == 422
    assert site.sources.uploaded is None
