"""A stand-in for the notifier behind the pages: devices, wishes, tokens and silences, in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from typing import Any, Literal

from oo.apps.web.tests.standins import LENA, StandInTips
from oo.contracts.channels import Verb
from oo.contracts.contexts import ContextName
from oo.contracts.deliveries import ChannelView, DeviceView, FieldView, LedgerLine, Quiet, Reacted, Wishes
from oo.contracts.errors import Conflict, Invalid, NotFound, Overtaken
from oo.contracts.ids import DecisionId, UserId
from oo.contracts.tips import Reaction
from oo.kernel.clock import Clock

KEY = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
"""The public key of RFC 8291's example."""


@dataclass
class StandInDeliveries:
    """One person's devices."""

    clock: Clock
    tips: StandInTips
    devices: list[DeviceView] = field(default_factory=list)
    endpoints: dict[str, str] = field(default_factory=dict)
    """By the id of a device."""
    mail: bool = True
    kept: Wishes = field(default_factory=Wishes)
    lines: list[LedgerLine] = field(default_factory=list)
    tokens: dict[str, DecisionId] = field(default_factory=dict)
    answered: dict[str, Verb] = field(default_factory=dict)
    tested: list[str] = field(default_factory=list)
    heard: int = 0
    """Heartbeats."""

    async def channels(self, *, user: UserId) -> list[ChannelView]:
        to, url = FieldView("to", "Address", "email", True), FieldView("url", "Address, with https", "url", True)
        secret = FieldView("secret", "A secret that both know, 24 characters or more", "password", True)
        missing = () if self.mail else ("OO_SMTP_URL", "OO_MAIL_FROM")
        return [
            self._channel("email", "E-mail", "For those who are reached by no device.", (to,), missing=missing),
            self._channel("webhook", "Webhook", "To a server of your own, signed.", (url, secret)),
            self._channel("webpush", "Notifications", "On this device, also while oO is closed.", ()),
        ]

    def _channel(
        self, name: str, title: str, summary: str, fields: tuple[FieldView, ...], missing: tuple[str, ...] = ()
    ) -> ChannelView:
        facts = {"application_server_key": KEY} if name == "webpush" else {}
        mine = tuple(device for device in self.devices if device.channel == name)
        return ChannelView(name, title, summary, "device", not missing, missing, fields, facts, mine)

    async def subscribe(
        self, *, user: UserId, channel: str, values: Mapping[str, str], name: str, zone: str = ""
    ) -> DeviceView:
        if channel == "email" and "@" not in values["to"]:
            raise Invalid("This is not a mail address; write one such as lena@example.org.")
        now = self.clock.now()
        state: Any = "asked" if channel == "email" else "works"
        device = DeviceView(f"device-{len(self.endpoints) + 1}", channel, name, state, now, now, None)
        self.endpoints[device.id] = values.get("endpoint", values.get("to", values.get("url", "")))
        self.devices.append(device)
        return device

    async def renew(
        self,
        *,
        user: UserId,
        channel: str,
        old: Mapping[str, str],
        values: Mapping[str, str],
        zone: str = "",
        device: str = "",
    ) -> DeviceView:
        known = device or next((one for one, at in self.endpoints.items() if at == old.get("endpoint")), "")
        if known not in self.endpoints:
            raise NotFound("There is no such device.")
        self.endpoints[known] = values["endpoint"]
        self.devices = [replace(one, state="works") if one.id == known else one for one in self.devices]
        return next(one for one in self.devices if one.id == known)

    async def unsubscribe(self, *, user: UserId, device: str) -> None:
        if device not in self.endpoints:
            raise NotFound("There is no such device.")
        del self.endpoints[device]
        self.devices = [one for one in self.devices if one.id != device]

    async def heartbeat(
        self, *, user: UserId, channel: str = "", values: Mapping[str, str] | None = None, zone: str = ""
    ) -> DeviceView | None:
        self.heard += 1
        endpoint = (values or {}).get("endpoint")
        mine = self.devices if user == LENA else []
        return next((one for one in mine if self.endpoints[one.id] == endpoint and one.state != "gone"), None)

    async def wishes(self, *, user: UserId) -> Wishes:
        return self.kept

    async def wish(
        self,
        *,
        user: UserId,
        a_day: int | None = None,
        quiet: tuple[time, time] | Literal["inferred", "none"] | None = None,
        silent_in: Sequence[ContextName] | None = None,
    ) -> Wishes:
        if a_day is not None:
            if a_day > 8:
                raise Invalid("How often is a number from 0 to 8.")
            self.kept = replace(self.kept, a_day=a_day)
        if quiet == "none":
            self.kept = replace(self.kept, quiet=None)
        elif quiet == "inferred":
            self.kept = replace(self.kept, quiet=Quiet(time(23), time(6, 30), "inferred"))
        elif quiet is not None:
            self.kept = replace(self.kept, quiet=Quiet(*quiet, "person"))
        if silent_in is not None:
            self.kept = replace(self.kept, silent_in=tuple(silent_in))
        return self.kept

    async def test(self, *, user: UserId, device: str) -> DeviceView:
        found = next((one for one in self.devices if one.id == device), None)
        if found is None:
            raise NotFound("There is no such device.")
        if device in self.tested:
            raise Conflict("It could not be sent. What was in the way stands beside the device.")
        self.tested.append(device)
        reached = replace(found, reached_at=self.clock.now())
        self.devices = [reached if one.id == device else one for one in self.devices]
        return reached

    async def ledger(self, *, user: UserId, limit: int = 50) -> list[LedgerLine]:
        return self.lines[:limit]

    async def why_nothing(self, *, user: UserId) -> LedgerLine:
        said = "You asked for at most 3 a day. That was 3."
        return LedgerLine(self.clock.now(), "liked-slot", False, "budget", 0.0, said)

    async def react(self, *, token: str, verb: Verb, until: datetime | None = None) -> Reacted:
        if token not in self.tokens:
            raise NotFound
        if token in self.answered:
            if self.answered[token] != verb:
                raise Conflict
            return Reacted(LENA, verb, self.tokens[token], None, repeated=True)
        tip, outcome = self.tokens[token], None
        if verb in ("done", "snooze", "dismiss"):
            if all(waiting.id != tip for waiting in self.tips.queue):
                raise Overtaken
            later = until or self.clock.now() + timedelta(hours=3)
            reaction = Reaction(token, tip, verb, later if verb == "snooze" else None)
            outcome = await self.tips.react(user=LENA, reaction=reaction)
        self.answered[token] = verb
        return Reacted(LENA, verb, tip, outcome)

    async def withdraw(self, *, user: UserId, tip: DecisionId, but: str | None = None) -> int:
        return 0

    async def current(self, *, user: UserId, device: str) -> DecisionId | None:
        return self.tips.queue[0].id if self.tips.queue else None
