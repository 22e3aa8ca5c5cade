"""Keeps the promise `Deliveries`: each part in its own file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from typing import Literal

from oo.contracts.channels import Verb
from oo.contracts.contexts import ContextName
from oo.contracts.deliveries import ChannelView, DeviceView, LedgerLine, Measures, Rate, Reacted, Wishes
from oo.contracts.errors import Conflict, NotFound
from oo.contracts.ids import DecisionId, UserId
from oo.modules.notifier.devices import Devices
from oo.modules.notifier.wishing import Wishing


class Notifier:
    """Keeps the promise `Deliveries`."""

    def __init__(self, devices: Devices, wishing: Wishing) -> None:
        self._devices, self._wishing = devices, wishing

    async def channels(self, *, user: UserId) -> list[ChannelView]:
        """See `Deliveries.channels`."""
        return await self._devices.channels(user)

    async def subscribe(
        self, *, user: UserId, channel: str, values: Mapping[str, str], name: str, zone: str = ""
    ) -> DeviceView:
        """See `Deliveries.subscribe`."""
        return (await self._devices.subscribe(user, channel, values, name, zone))[0]

    async def renew(
        self, *, user: UserId, channel: str, old: Mapping[str, str], values: Mapping[str, str], zone: str = ""
    ) -> DeviceView:
        """See `Deliveries.renew`."""
        return await self._devices.renew(user, channel, old, values, zone)

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
        raise Conflict("Nothing can be sent yet.")

    async def ledger(self, *, user: UserId, limit: int = 50) -> list[LedgerLine]:
        """See `Deliveries.ledger`."""
        return []

    async def why_nothing(self, *, user: UserId) -> LedgerLine:
        """See `Deliveries.why_nothing`."""
        raise NotFound

    async def react(self, *, token: str, verb: Verb, until: datetime | None = None) -> Reacted:
        """See `Deliveries.react`."""
        raise NotFound

    async def withdraw(self, *, user: UserId, tip: DecisionId, but: str | None = None) -> int:
        """See `Deliveries.withdraw`."""
        return 0

    async def current(self, *, user: UserId, device: str) -> DecisionId | None:
        """See `Deliveries.current`."""
        return None

    async def measures(self, *, user: UserId | None = None) -> Measures:
        """See `Deliveries.measures`."""
        none = Rate(0, 0)
        return Measures(0, 0, 0, {}, {}, none, none, none, None, {}, None)
