"""Keeps the promise `Deliveries`: each part in its own file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any, Literal

from sqlalchemy import Row

from oo.contracts.channels import MessageKind, Verb
from oo.contracts.contexts import ContextName
from oo.contracts.deliveries import ChannelView, DeviceView, LedgerLine, Measures, Reacted, Wishes
from oo.contracts.errors import Conflict, NotFound, TooMany
from oo.contracts.ids import DecisionId, UserId
from oo.kernel.db import Transaction
from oo.kernel.module import Kit
from oo.modules.notifier.devices import Devices, view
from oo.modules.notifier.measuring import Measuring
from oo.modules.notifier.planned import delivery_row
from oo.modules.notifier.reacting import Reacting
from oo.modules.notifier.repository import devices, log, moments
from oo.modules.notifier.sending import Sending
from oo.modules.notifier.wishing import Wishing

CONFIRMED_WITHIN = timedelta(days=7)
MOST_ASKED = 5
"""Addresses that are asked for one person in a day: whoever gets such a question may not know who typed them."""


class Notifier:
    """Keeps the promise `Deliveries`."""

    def __init__(
        self, kit: Kit, devices: Devices, wishing: Wishing, reacting: Reacting, measuring: Measuring, sending: Sending
    ) -> None:
        self._kit, self._devices, self._wishing = kit, devices, wishing
        self._reacting, self._measuring, self._sending = reacting, measuring, sending

    async def channels(self, *, user: UserId) -> list[ChannelView]:
        """See `Deliveries.channels`."""
        return await self._devices.channels(user)

    async def subscribe(
        self, *, user: UserId, channel: str, values: Mapping[str, str], name: str, zone: str = ""
    ) -> DeviceView:
        """See `Deliveries.subscribe`."""
        if self._devices.plugin(channel).manifest.confirms:
            since = self._kit.clock.now() - timedelta(days=1)
            if await self._kit.db.read(lambda tx: log.asked(tx, user, since)) >= MOST_ASKED:
                raise TooMany("Several addresses were asked today. Try again tomorrow.")
        device, asks = await self._devices.subscribe(user, channel, values, name, zone)
        if asks:
            await self._hand_over(user, device.id, "confirm", CONFIRMED_WITHIN)
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
        """See `Deliveries.renew`."""
        return await self._devices.renew(user, channel, old, values, zone, device)

    async def unsubscribe(self, *, user: UserId, device: str) -> None:
        """See `Deliveries.unsubscribe`."""
        await self._devices.unsubscribe(user, device)

    async def heartbeat(
        self, *, user: UserId, channel: str = "", values: Mapping[str, str] | None = None, zone: str = ""
    ) -> DeviceView | None:
        """See `Deliveries.heartbeat`."""
        return await self._devices.heartbeat(user, channel, values, zone)

    async def wishes(self, *, user: UserId) -> Wishes:
        """See `Deliveries.wishes`."""
        return await self._wishing.of(user)

    async def wish(
        self,
        *,
        user: UserId,
        a_day: int | None = None,
        quiet: tuple[time, time] | Literal["inferred", "none"] | None = None,
        silent_in: Sequence[ContextName] | None = None,
    ) -> Wishes:
        """See `Deliveries.wish`."""
        return await self._wishing.change(user, a_day, quiet, silent_in)

    async def test(self, *, user: UserId, device: str) -> DeviceView:
        """See `Deliveries.test`."""
        await self._limited(user, device)
        delivery = await self._hand_over(user, device, "test", timedelta(hours=1))
        row = await self._kit.db.read(lambda tx: log.delivery(tx, delivery))
        if row is None or row.state not in (log.SENT, log.UNKNOWN):
            raise Conflict("It could not be sent. What was in the way stands beside the device.")
        return await self._device(user, device)

    async def ledger(self, *, user: UserId, limit: int = 50) -> list[LedgerLine]:
        """See `Deliveries.ledger`."""
        return await self._measuring.ledger(user, limit)

    async def why_nothing(self, *, user: UserId) -> LedgerLine:
        """See `Deliveries.why_nothing`."""
        return await self._measuring.why_nothing(user)

    async def react(self, *, token: str, verb: Verb, until: datetime | None = None) -> Reacted:
        """See `Deliveries.react`."""
        return await self._reacting.react(token, verb, until)

    async def withdraw(self, *, user: UserId, tip: DecisionId, but: str | None = None) -> int:
        """See `Deliveries.withdraw`."""
        now = self._kit.clock.now()

        def unit(tx: Transaction) -> int:
            found = [push.id for push in log.of_tip(tx, user, tip)]
            return log.drop_unclaimed(tx, found, "withdrawn") + log.take_back(tx, found, "withdrawn", now, but)

        return await self._kit.db.write(unit)

    async def current(self, *, user: UserId, device: str) -> DecisionId | None:
        """See `Deliveries.current`."""
        now = self._kit.clock.now()
        push = await self._kit.db.read(lambda tx: log.shown_on(tx, user, device, now))
        return None if push is None else DecisionId(push.tip_id)

    async def measures(self, *, user: UserId | None = None) -> Measures:
        """See `Deliveries.measures`."""
        return await self._measuring.measures(user)

    async def _limited(self, user: UserId, device: str) -> None:
        """A device's own limits hold for tests as well; raises `NotFound`, `Conflict` or `TooMany`."""
        row = await self._row(user, device)
        if row.state == devices.ASKED:
            raise Conflict("This address has not said yes yet.")
        if row.state == devices.GONE:
            raise Conflict("This device has to be let in again: open oO on it.")
        since = self._kit.clock.now() - timedelta(days=1)
        had = await self._kit.db.read(lambda tx: moments.messages_of(tx, [user], since))
        mine = [one for one in had.get(user, ()) if one.device_id == device]
        if len(mine) >= self._devices.plugin(row.channel).manifest.a_day:
            raise TooMany("This device had as many as it takes in a day. Try again tomorrow.")

    async def _hand_over(self, user: UserId, device: str, kind: MessageKind, within: timedelta) -> str:
        """Write a message other than a tip to a device now; the delivery's id."""
        row, now = await self._row(user, device), self._kit.clock.now()
        planned = delivery_row(self._kit.ids, row, now, now + within, kind=kind)
        await self._kit.db.write(lambda tx: log.add_push(tx, None, [planned]))
        await self._sending.now(str(planned["id"]))
        return str(planned["id"])

    async def _row(self, user: UserId, device: str) -> Row[Any]:
        row = await self._kit.db.read(lambda tx: devices.one(tx, user, device))
        if row is None:
            raise NotFound("There is no such device.")
        return row

    async def _device(self, user: UserId, device: str) -> DeviceView:
        return view(self._kit.keys, await self._row(user, device))
