"""What ntfy is told, and that its buttons answer as a notification's do."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from oo.contracts.channels import Receipt
from oo.plugins.channels.ntfy.plugin import plugin
from oo.plugins.channels.ntfy.tests.standin import standin
from oo.testing.channel_cases import TOKEN, lent, message

pytestmark = pytest.mark.anyio


async def test_a_button_posts_the_token_to_this_instance() -> None:
    with standin() as server:
        async with lent(server, plugin) as address:
            assert await plugin.deliver(message(urgency="high"), address) == Receipt("delivered")
        (published,) = server.published
        assert (published["priority"], published["click"]) == (4, "https://oo.example.org/")
        done, later, dismiss = published["actions"]
        assert (done["label"], later["label"], dismiss["label"]) == ("Done", "Later", "Not this")
        assert (done["method"], done["url"]) == ("POST", "https://oo.example.org/react")
        assert json.loads(done["body"]) == {"token": TOKEN, "action": "done"}


async def test_a_token_that_is_wrong_is_said_so() -> None:
    with standin() as server:
        async with lent(server, plugin) as address:
            other = replace(address, values={**address.values, "token": "tk_other"})
            assert await plugin.deliver(message(), other) == Receipt("failed", "not-let-in")
            none = replace(address, values={**address.values, "token": ""})
            assert await plugin.deliver(message(), none) == Receipt("failed", "not-let-in")
        assert all(TOKEN not in str(posted.headers) for posted in server.desk.posted)


async def test_a_server_below_a_path_is_published_to_there() -> None:
    with standin() as server:
        async with lent(server, plugin) as address:
            below = replace(address, values={**address.values, "url": f"{server.desk.origin}/ntfy/oo-lena-4f7a"})
            await plugin.deliver(message(), below)
        assert [posted.path for posted in server.desk.posted] == ["/ntfy/"]
