"""A guest's list, through the shipped application: uploaded, a tip from it, done, and taken back with that in it."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from tests.flow.test_one_tip import HERE, Life, life, sent_with

from oo.contracts.accounts import Accounts
from oo.testing.asgi import ask

pytestmark = pytest.mark.anyio
__all__ = ["life"]
LIST = b"2026-11-09 Send the form due:2026-11-20\r\n2026-11-02 Call the plumber +home\r\n"


async def as_guest(life: Life) -> None:
    """Let Milo sit at the browser, whom the owner invited."""
    accounts = life.home.promises[Accounts]
    life.cookie = ""
    opened = await life.get(f"/sign-in/{await accounts.invite(name='Milo')}")
    life.cookie = opened.headers["set-cookie"].split(";")[0]
    identity = await accounts.authenticate(cookie=life.cookie.partition("=")[2])
    assert identity is not None
    assert not identity.admin
    life.csrf = identity.csrf


async def uploaded(life: Life, name: str, data: bytes) -> str:
    """Where a form with this file leads."""
    body = (
        f'--B\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n{life.csrf}\r\n'
        f'--B\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    ).encode() + data
    headers = {"cookie": life.cookie, "accept": "text/html", "origin": HERE, "sec-fetch-site": "same-origin"}
    headers["content-type"] = "multipart/form-data; boundary=B"
    answer = await ask(life.app, "POST", "/connect/upload", headers=headers, body=body + b"\r\n--B--\r\n")
    assert answer.status == 303, answer.text
    return answer.headers["location"]


async def test_a_guests_list_is_read_marked_done_and_taken_back(life: Life) -> None:
    await as_guest(life)
    where = await uploaded(life, "list.txt", LIST)
    page = (await life.get("/")).text
    assert "Send the form" in page
    assert "list.txt" in (await life.get("/connect")).text
    assert (await life.post("/", action="done", **sent_with(page))).status == 303
    life.clock.advance(timedelta(seconds=10))
    for _ in range(60):
        file = await ask(life.app, "GET", f"{where}/file", headers={"cookie": life.cookie})
        if file.body != LIST:
            break
        await asyncio.sleep(0.1)
    assert file.body == LIST.replace(b"2026-11-09 Send", b"x 2026-11-21 2026-11-09 Send")
    assert "Call the plumber" in (await life.get("/")).text
    assert list(life.file.parent.parent.rglob("list.txt")) == []
