"""From the notifier's log to what a device reads: real channels, real servers in the place of the world's."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from oo.contracts.deliveries import DeviceView
from oo.contracts.errors import Conflict, NotFound
from oo.contracts.events import DeliveryChanged
from oo.contracts.manifests import ChannelManifest
from oo.kernel.plugins import discover
from oo.modules.notifier.tests.stage import USER, Stage, staged
from oo.testing.channel_cases import Fault
from oo.testing.mail import mail_server
from oo.testing.postal import answer_of
from oo.testing.push import Browser, PushService, push_service

pytestmark = pytest.mark.anyio
CHANNELS = discover("channels", ChannelManifest.model_validate).plugins


@asynccontextmanager
async def house(folder: Path, service: PushService | None = None, **settings: Any) -> AsyncIterator[Stage]:
    """The notifier with every real channel."""
    hosts: dict[str, Any] = (
        {} if service is None else {"push_hosts": service.desk.host, "channel_hosts": service.desk.host}
    )
    async with staged(folder, more=CHANNELS, contact="owner@example.org", **hosts, **settings) as stage:
        yield stage


async def let_in(stage: Stage, browser: Browser) -> DeviceView:
    """A browser's device, which nobody looks at."""
    said = browser.subscription
    values = {"endpoint": said["endpoint"], **said["keys"]}
    device = await stage.notifier.subscribe(user=USER, channel="webpush", values=values, name=browser.id)
    stage.clock.advance(timedelta(minutes=15))
    return device


async def a_tip(stage: Stage, number: int) -> None:
    """A tip that was worth it, and its messages on their way."""
    before = len(await stage.pushes())
    for tries in range(1_000):
        stage.stand(number)
        kind = ("after-meeting", "random-slot")[tries % 2]  # a day is either learnt or of random slots
        reason = (await stage.decide(kind)).reason
        if len(await stage.pushes()) > before:
            break
        if reason == "held-out":  # or quiet, drawn by lot
            morrow(stage)
    await stage.job("send")
    assert len(await stage.pushes()) == before + 1


def morrow(stage: Stage) -> None:
    """It is the next day, nine in the morning (UTC)."""
    now = stage.clock.now()
    stage.clock.advance(now.replace(hour=9, minute=0) + timedelta(days=1) - now)


async def settled(stage: Stage) -> None:
    """Try again whatever waits, until nothing does."""
    for _ in range(6):
        stage.clock.advance(timedelta(minutes=16))
        await stage.job("send")


def tips_of(service: PushService, browser: Browser) -> Counter[str]:
    """Which tips a browser was shown, and how often."""
    shown = [one.message for one in service.arrived if one.browser == browser.id and "notification" in one.message]
    return Counter(one["notification"]["data"]["tip"] for one in shown)


@pytest.mark.slow
async def test_a_push_service_that_opens_what_is_sealed_gets_exactly_what_the_log_says(tmp_path: Path) -> None:
    faults: list[Fault | None] = [None, "busy", None, "down", "dropped", None, "redirects", None, "gone"]
    with push_service() as service:
        async with house(tmp_path, service) as stage:
            well, ill = service.subscribe("well"), service.subscribe("ill")
            devices = {(await let_in(stage, one)).id: one for one in (well, ill)}
            for number, fault in enumerate(faults):
                ill.refusal = None if fault is None else answer_of(fault)
                await a_tip(stage, number)
                if fault in ("busy", "down"):
                    ill.refusal = None
                await settled(stage)
                await stage.reacted("done", f"tip-{number}")
                await stage.job("send")
                morrow(stage)
            told: dict[str, list[tuple[str, str]]] = {}
            for event in await stage.room.published(USER):
                if isinstance(event, DeliveryChanged):
                    told.setdefault(event.delivery, []).append((event.state, event.reason))
            log = {(row.device_id, row.tip_id): told[row.id] for row in await stage.deliveries()}
            for device, browser in devices.items():
                sent = {tip for (at, tip), said in log.items() if at == device and ("sent", "") in said}
                assert tips_of(service, browser) == Counter(sent), "each once, and no other"
            ills = next(device for device, browser in devices.items() if browser is ill)
            assert ("unknown", "no-answer") in log[ills, "tip-4"]
            assert ("failed", "refused") in log[ills, "tip-6"]
            assert ("failed", "unsubscribed") in log[ills, "tip-8"]
            assert set(tips_of(service, ill)) == {f"tip-{number}" for number in (0, 1, 2, 3, 5, 7)}
            assert sum(tips_of(service, well).values()) == len(faults)
            assert service.refused and not any("unreadable" in one or "4000" in one for one in service.refused)
            assert b"plumber" not in b"".join(posted.body for posted in service.desk.posted)


async def test_an_answer_on_one_device_closes_the_tip_on_the_others_without_a_word(tmp_path: Path) -> None:
    with push_service() as service:
        async with house(tmp_path, service) as stage:
            for name in ("phone", "laptop"):
                await let_in(stage, service.subscribe(name))
            await a_tip(stage, 1)
            token = service.arrived[0].message["notification"]["data"]["token"]
            reacted = await stage.notifier.react(token=token, verb="done")
            assert (reacted.tip, [one.action for one in stage.rooms.reactions]) == ("tip-1", ["done"])
            with pytest.raises(Conflict):
                await stage.notifier.react(token=token, verb="dismiss")
            await stage.reacted("done")
            await stage.job("send")
            withdrawn = [one for one in service.arrived if "withdrawn" in one.message]
            assert {one.browser for one in withdrawn} >= {service.arrived[1].browser}
            assert all(set(one.message) == {"withdrawn", "tip"} and one.ttl == 0 for one in withdrawn)


async def test_a_device_that_is_gone_heals_on_the_next_visit_and_is_reached_again(tmp_path: Path) -> None:
    with push_service() as service:
        async with house(tmp_path, service) as stage:
            old = service.subscribe("phone")
            device = await let_in(stage, old)
            fresh = service.subscribe("phone").subscription
            await a_tip(stage, 1)
            [channel] = [one for one in await stage.notifier.channels(user=USER) if one.id == "webpush"]
            assert [one.state for one in channel.devices] == ["gone"]
            said = old.subscription
            before = {"endpoint": said["endpoint"], **said["keys"]}
            assert await stage.notifier.heartbeat(user=USER, channel="webpush", values=before) is None
            values = {"endpoint": fresh["endpoint"], **fresh["keys"]}
            again = await stage.notifier.renew(user=USER, channel="webpush", old={}, values=values, device=device.id)
            assert (again.id, again.state) == (device.id, "works")
            stage.clock.advance(timedelta(minutes=30))
            tested = await stage.notifier.test(user=USER, device=device.id)
            assert tested.reached_at is not None
            assert service.arrived[-1].message["notification"]["data"]["kind"] == "test"
            with pytest.raises(NotFound):
                await stage.notifier.renew(user=USER, channel="webpush", old={}, values=values, device="taken off")


async def test_mail_asks_first_says_how_to_stop_and_is_never_doubled(tmp_path: Path) -> None:
    with mail_server() as server:
        async with house(tmp_path, smtp_url=server.url, mail_from="oO <oo@example.org>") as stage:
            asked = await stage.notifier.subscribe(
                user=USER, channel="email", values={"to": "Lena@example.org"}, name="lena@example.org"
            )
            assert asked.state == "asked"
            part = server.mails[0].get_body(("plain",))
            assert part is not None
            found = re.search(r"/answer/confirm/(\S+)", part.get_content())
            assert found is not None
            await stage.notifier.react(token=found[1], verb="confirm")
            stage.clock.advance(timedelta(hours=2))
            server.mood = "dropped"
            await a_tip(stage, 1)
            await settled(stage)
            assert [row.state for row in await stage.deliveries() if row.kind == "tip"] == ["unknown"]
            assert len(server.mails) == 2, "taken once, whatever was said"
            mail = server.mails[1]
            assert mail["List-Unsubscribe-Post"] is None or mail["List-Unsubscribe"].startswith("<https://")
            stop = re.search(r"/answer/stop/([^>]+)", mail["List-Unsubscribe"])
            assert stop is not None
            await stage.notifier.react(token=stop[1], verb="stop")
            email = next(one for one in await stage.notifier.channels(user=USER) if one.id == "email")
            assert email.devices == ()
