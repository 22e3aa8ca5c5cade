"""A push as the service and the browser see it, and what every answer of a service means."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from oo.contracts.channels import Address, Receipt
from oo.kernel.http.client import Client, Reply
from oo.plugins.channels.webpush.plugin import WebPush, receipt
from oo.testing.channel_cases import NOW, LentDesk, message
from oo.testing.posted import Answer
from oo.testing.push import Browser, PushService, push_service

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def phone(service: PushService, browser: Browser) -> AsyncIterator[tuple[WebPush, Address]]:
    """The channel, and the address of a browser of the service."""
    async with Client(allowed=(service.desk.host,), redirects=False) as http:
        desk = LentDesk(http, {"push_hosts": service.desk.host, "contact": "owner@example.org"})
        said = browser.subscription
        channel = WebPush()
        yield channel, Address("d1", channel.check({"endpoint": said["endpoint"], **said["keys"]}, desk), desk)


async def test_the_service_sees_the_pace_and_the_browser_alone_the_words() -> None:
    with push_service(NOW) as service:
        async with phone(service, service.subscribe()) as (channel, address):
            assert await channel.deliver(message(urgency="high"), address) == Receipt("delivered")
        (posted,), (came,) = service.desk.posted, service.arrived
        assert (came.ttl, came.urgency, came.topic) == (3600, "high", message().topic)
        assert (came.size - 103) % 512 == 0 and came.size <= 4096
        assert b"Lena" not in posted.body and "Lena" not in str(posted.headers)
        shown = came.message["notification"]
        assert shown["title"] == message().title and shown["navigate"] == message().url
        assert shown["data"]["answers"] == [["done", "Done"], ["snooze", "Later"]]
        assert came.message["web_push"] == 8030


async def test_a_long_tip_and_a_short_one_look_alike() -> None:
    with push_service() as service:
        async with phone(service, service.subscribe()) as (channel, address):
            await channel.deliver(message(title="Go."), address)
            await channel.deliver(message(title="Send Lena the signed lease, and ask for the keys."), address)
        short, long = (len(posted.body) for posted in service.desk.posted)
        assert short == long


async def test_a_newer_push_takes_the_place_of_the_one_that_waits() -> None:
    with push_service() as service:
        async with phone(service, service.subscribe()) as (channel, address):
            await channel.deliver(message(title="First."), address)
            await channel.deliver(message(title="Second."), address)
        (waiting,) = service.waiting.values()
        assert waiting.message["notification"]["title"] == "Second."


async def test_what_is_withdrawn_waits_no_more_and_says_no_word() -> None:
    with push_service() as service:
        async with phone(service, service.subscribe()) as (channel, address):
            await channel.deliver(message(), address)
            await channel.withdraw(message(title="", body="", why="", answers=()), address)
        (waiting,) = service.waiting.values()
        assert waiting.ttl == 0 and waiting.message == {"withdrawn": message().topic, "tip": message().tip}


async def test_apple_gets_no_push_that_shows_nothing() -> None:
    with push_service() as service:
        async with phone(service, service.subscribe()) as (channel, address):
            there = {
                **address.values,
                "endpoint": "https://web.push.apple.com/x",
                "key": "https://web.push.apple.com/x",
            }
            assert await channel.withdraw(message(), replace(address, values=there)) == Receipt("failed", "not-here")
        assert service.desk.posted == []


async def test_a_subscription_made_with_another_key_is_gone_without_asking() -> None:
    with push_service() as service:
        async with phone(service, service.subscribe()) as (channel, address):
            other = replace(address, values={**address.values, "sender": "another"})
            assert await channel.deliver(message(), other) == Receipt("gone", "other-key")
        assert service.desk.posted == []


async def test_the_service_is_right_to_refuse_another_sender() -> None:
    with push_service() as service:
        async with phone(service, service.subscribe(sender="another")) as (channel, address):
            assert await channel.deliver(message(), address) == Receipt("gone", "other-key")
        assert service.refused == ["403: VapidPkHashMismatch"]


async def test_the_contact_is_the_operator_or_the_site() -> None:
    with push_service() as service:
        for settings in ({"contact": "https://example.org/about"}, {"contact": ""}, {}):
            async with phone(service, service.subscribe()) as (channel, address):
                desk = LentDesk(address.desk.http, settings)
                assert await channel.deliver(message(), replace(address, desk=desk)) == Receipt("delivered")


async def test_a_service_that_takes_its_time_is_not_waited_for_and_not_asked_again() -> None:
    with push_service() as service:
        slow = service.subscribe()
        slow.refusal = Answer(keep_silent=True)
        async with (
            phone(service, slow) as (channel, address),
            Client(allowed=(service.desk.host,), redirects=False, seconds=3) as impatient,
        ):
            desk = LentDesk(impatient, {"push_hosts": service.desk.host})
            assert await channel.deliver(message(), replace(address, desk=desk)) == Receipt("unknown", "no-answer")
        assert len(service.desk.posted) == 1


@pytest.mark.parametrize(
    ("status", "headers", "body", "meant"),
    [
        (201, {}, b"", Receipt("delivered")),
        (202, {}, b"", Receipt("delivered")),
        (404, {}, b"", Receipt("gone", "unsubscribed")),
        (410, {}, b"", Receipt("gone", "unsubscribed")),
        (403, {}, b"the VAPID credentials in the authorization header do not correspond", Receipt("gone", "other-key")),
        (403, {}, b'{"reason":"BadJwtToken"}', Receipt("failed", "refused")),
        (400, {}, b'{"reason":"BadTtl"}', Receipt("failed", "refused")),
        (413, {}, b"", Receipt("failed", "too-large")),
        (429, {"retry-after": "30"}, b"", Receipt("later", "busy", timedelta(seconds=30))),
        (429, {"retry-after": "Sat, 21 Nov 2026 09:31:00 GMT"}, b"", Receipt("later", "busy", timedelta(minutes=1))),
        (429, {"retry-after": "soon"}, b"", Receipt("later", "busy")),
        (503, {"retry-after": "99999999999"}, b"", Receipt("later", "service-down", timedelta(days=1))),
        (500, {}, b"", Receipt("later", "service-down")),
        (504, {}, b"", Receipt("unknown", "no-answer")),
        (307, {"location": "https://elsewhere.example"}, b"", Receipt("failed", "refused")),
    ],
)
async def test_every_answer_has_one_meaning(status: int, headers: dict[str, str], body: bytes, meant: Receipt) -> None:
    assert receipt(Reply(status, headers, body), NOW) == meant
