"""A push service in the place of the browsers' own, and a browser whose keys open what arrives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from oo.testing.channel_cases import Fault, Read
from oo.testing.postal import FAULTS, answer_of
from oo.testing.push import Browser, PushService, push_service


@dataclass
class Standin:
    """The service with one browser."""

    service: PushService
    browser: Browser
    faults: tuple[Fault, ...] = FAULTS

    @property
    def values(self) -> Mapping[str, str]:
        """Its subscription, as the page sends it."""
        said = self.browser.subscription
        return {"endpoint": said["endpoint"], **said["keys"]}

    @property
    def wrong(self) -> tuple[Mapping[str, str], ...]:
        """Other hosts, plain http, credentials in it, keys that are none."""
        values = self.values
        return (
            {**values, "endpoint": "https://evil.example/send/1"},
            {**values, "endpoint": "https://fcm.googleapis.com.evil.example/1"},
            {**values, "endpoint": "https://fcm.googleapis.com@evil.example/1"},
            {**values, "endpoint": "http://fcm.googleapis.com/1"},
            {**values, "endpoint": "https://push.apple.com/1"},
            {**values, "endpoint": "file:///etc/passwd"},
            {**values, "p256dh": values["auth"]},
            {**values, "auth": "AAAA"},
        )

    @property
    def settings(self) -> Mapping[str, str]:
        """The push services that are known."""
        hosts = f"fcm.googleapis.com,*.push.apple.com,{self.service.desk.host}"
        return {"push_hosts": hosts, "contact": "owner@example.org"}

    @property
    def hosts(self) -> tuple[str, ...]:
        """Itself."""
        return (self.service.desk.host,)

    def fail(self, fault: Fault) -> None:
        """Answer like this."""
        self.browser.refusal = answer_of(fault)

    def read(self) -> list[Read]:
        """The notifications that were shown."""
        shown = [one.message["notification"] for one in self.service.arrived if "notification" in one.message]
        return [Read(one["title"], one["body"], one["navigate"]) for one in shown]

    def raw(self) -> bytes:
        """What the service could see."""
        return b"".join(one.body for one in self.service.desk.posted)


@contextmanager
def standin() -> Iterator[Standin]:
    """The stand-in, until the end."""
    with push_service() as service:
        yield Standin(service, service.subscribe())
