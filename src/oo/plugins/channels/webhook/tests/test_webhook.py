"""What a webhook is told, and how it knows that oO said it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from oo.contracts.channels import Receipt
from oo.plugins.channels.webhook.plugin import plugin
from oo.plugins.channels.webhook.tests.standin import standin
from oo.testing.channel_cases import TOKEN, lent, message

pytestmark = pytest.mark.anyio


async def test_the_message_is_whole_and_says_until_when_it_counts() -> None:
    with standin() as server:
        async with lent(server, plugin) as address:
            assert await plugin.deliver(message(), address) == Receipt("delivered")
        (heard,) = server.heard.values()
        assert heard["type"] == "tip" and heard["expires_at"] == "2026-11-21T10:30:00+00:00"
        assert heard["answers"][0] == {"action": "done", "label": "Done", "token": TOKEN}
        assert heard["react"] == "https://oo.example.org/react"


async def test_another_secret_signs_otherwise() -> None:
    with standin() as server:
        async with lent(server, plugin) as address:
            other = replace(address, values={**address.values, "secret": "another secret that is long"})
            assert await plugin.deliver(message(), other) == Receipt("failed", "refused")
        assert server.heard == {}


async def test_the_same_message_tried_again_has_the_same_id_and_its_withdrawal_another() -> None:
    with standin() as server:
        async with lent(server, plugin) as address:
            await plugin.deliver(message(), address)
            await plugin.deliver(message(), address)
            await plugin.withdraw(message(title="", body="", why="", answers=()), address)
        assert [one["type"] for one in server.heard.values()] == ["tip", "withdrawn"]
