"""Sends what is planned, each delivery at most once: claimed in the log before a word leaves, never taken twice.

A kill between claim and send loses the message; a doubled one would be worse. The log says `unknown` then.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row

from oo.contracts.channels import Address, Receipt, Withdraws
from oo.contracts.events import DeliveryChanged
from oo.kernel.db import Transaction
from oo.kernel.http.client import Client
from oo.kernel.keys import KeyGone
from oo.kernel.log import get_logger
from oo.kernel.module import Kit
from oo.modules.notifier.claiming import Claiming, Ready
from oo.modules.notifier.composing import withdrawal
from oo.modules.notifier.desk import desk, site
from oo.modules.notifier.devices import Devices, address_of
from oo.modules.notifier.repository import devices as device_rows
from oo.modules.notifier.repository import log as repository

AT_ONCE = 50
BESIDE = 8
PATIENCE_SECONDS = 60.0
"""How long a channel has; after that nobody knows what became of the message."""
ABANDONED = timedelta(minutes=5)
"""A claim this old is of a process that is gone."""
TRIES = 4
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(minutes=15)
TROUBLED_AFTER = 3

log = get_logger("notifier")


@dataclass(frozen=True, slots=True)
class Sending:
    """Claims, sends, settles."""

    kit: Kit
    devices: Devices
    claiming: Claiming

    async def run(self) -> int:
        """Send and take back what is due; how many deliveries were claimed."""
        now = self.kit.clock.now()
        if not await self.kit.db.read(lambda tx: repository.any_due(tx, now)):
            return 0
        rows = await self.kit.db.read(lambda tx: repository.due(tx, now, repository.PLANNED, AT_ONCE))
        ready = [one for row in rows if (one := await self.claiming.claim(row)) is not None]
        taking = await self.kit.db.read(lambda tx: repository.due(tx, now, repository.RECALLING, AT_ONCE))
        if ready or taking:
            await self._with_client(ready, taking)
        return len(ready)

    async def now(self, delivery: str) -> None:
        """Send one delivery that was just planned."""
        row = await self.kit.db.read(lambda tx: repository.delivery(tx, delivery))
        ready = None if row is None else await self.claiming.claim(row)
        if ready is not None:
            await self._with_client([ready], [])

    async def sweep(self) -> None:
        """Say of claims whose process is gone that nobody knows; have what is over taken back."""
        now = self.kit.clock.now()
        for row in await self.kit.db.read(lambda tx: repository.abandoned(tx, now - ABANDONED, AT_ONCE)):
            values = {"state": repository.UNKNOWN, "reason": "interrupted", "settled_at": now}
            await self._move(row, repository.CLAIMED, values)
        over = await self.kit.db.read(lambda tx: repository.expired(tx, now, AT_ONCE))

        def end(tx: Transaction) -> None:
            for push in over:
                repository.drop_unclaimed(tx, [push.id], "overtaken")
                repository.take_back(tx, [push.id], "expired", now)
                state = "dropped" if push.sent_at is None else "withdrawn"
                repository.change_push(tx, push.id, {"state": state, "reason": "expired"})

        if over:
            await self.kit.db.write(end)

    async def _with_client(self, ready: Sequence[Ready], taking: Sequence[Row[Any]]) -> None:
        hosts = [one.strip() for one in self.kit.settings.channel_hosts.split(",") if one.strip()]
        turns = asyncio.Semaphore(BESIDE)
        async with Client(allowed=hosts, seconds=20, limit=65_536, redirects=False) as client:
            # Shielded: what has left can't be told to stop, so whoever ends this waits for what came of it.
            work = asyncio.gather(
                *(self._send(turns, one, client) for one in ready),
                *(self._take_back(turns, row, client) for row in taking),
            )
            try:
                await asyncio.shield(work)
            except asyncio.CancelledError:
                await asyncio.gather(work, return_exceptions=True)
                raise

    async def _send(self, turns: asyncio.Semaphore, one: Ready, client: Client) -> None:
        async with turns:
            try:
                channel = self.devices.load(one.row.channel)
                lent = desk(self.kit, self.devices.plugin(one.row.channel), client)
                address = Address(one.device.id, address_of(self.kit.keys, one.device), lent)
                async with asyncio.timeout(PATIENCE_SECONDS):
                    receipt = await channel.deliver(one.message, address)
            except Exception as error:
                log.warning("channel.failed", plugin=one.row.channel, error=type(error).__name__)
                receipt = Receipt("unknown", "fault")
            await self.settle(one, receipt)

    async def settle(self, one: Ready, receipt: Receipt) -> None:
        """Write down what came of a delivery."""
        now, row = self.kit.clock.now(), one.row
        values = _outcome(row, receipt, now, one.message.ttl)
        state = str(values["state"])
        event = DeliveryChanged(row.id, row.tip_id, row.channel, state, str(values["reason"]), row.tries + 1)
        envelope = self.kit.outbox.envelope(row.user_id, event)
        mine: dict[str, Any] = {"failures": one.device.failures + 1, "problem": receipt.reason[:40]}
        if receipt.outcome == "delivered":
            mine = {"failures": 0, "problem": "", "reached_at": now}
            if one.device.state == device_rows.TROUBLED:
                mine["state"] = device_rows.WORKS
        elif receipt.outcome == "gone":
            mine["state"] = device_rows.GONE
        elif one.device.failures + 1 >= TROUBLED_AFTER and one.device.state == device_rows.WORKS:
            mine["state"] = device_rows.TROUBLED

        def unit(tx: Transaction) -> None:
            if repository.settle(tx, row.id, self.claiming.worker, values):
                device_rows.change(tx, one.device.id, mine)
                self.kit.outbox.publish(tx, envelope)

        await self.kit.db.write(unit)

    async def _take_back(self, turns: asyncio.Semaphore, row: Row[Any], client: Client) -> None:
        """Withdraw where the channel can; it may be asked twice, which changes nothing."""
        now, reason = self.kit.clock.now(), row.reason
        async with turns:
            device = await self.kit.db.read(lambda tx: device_rows.one(tx, row.user_id, row.device_id))
            try:
                channel = None if device is None else self.devices.load(row.channel)
                if device is not None and isinstance(channel, Withdraws):
                    lent = desk(self.kit, self.devices.plugin(row.channel), client)
                    address = Address(device.id, address_of(self.kit.keys, device), lent)
                    async with asyncio.timeout(PATIENCE_SECONDS):
                        await channel.withdraw(
                            withdrawal(row.id, row.user_id, row.tip_id, site(self.kit), now), address
                        )
            except KeyGone:
                return
            except Exception as error:
                log.warning("channel.not_withdrawn", plugin=row.channel, error=type(error).__name__)
        values = {"state": repository.WITHDRAWN, "reason": reason, "settled_at": now}
        await self._move(row, repository.RECALLING, values)

    async def _move(self, row: Row[Any], old: str, values: dict[str, Any]) -> None:
        event = DeliveryChanged(row.id, row.tip_id, row.channel, values["state"], values["reason"], row.tries)
        envelope = self.kit.outbox.envelope(row.user_id, event)

        def unit(tx: Transaction) -> None:
            if repository.change(tx, row.id, old, values):
                self.kit.outbox.publish(tx, envelope)

        try:
            await self.kit.db.write(unit)
        except KeyGone:
            return


def _outcome(row: Row[Any], receipt: Receipt, now: datetime, ttl: timedelta) -> dict[str, Any]:
    """The columns that say what came of it; what was certainly not taken waits, as long as the tip does."""
    states = {"delivered": repository.SENT, "gone": repository.FAILED, "failed": repository.FAILED}
    values = {"reason": receipt.reason[:40], "settled_at": now}
    if receipt.outcome != "later":
        return {**values, "state": states.get(receipt.outcome, repository.UNKNOWN)}
    wait = max(receipt.after or timedelta(0), min(FIRST_WAIT * 2**row.tries, LONGEST_WAIT))
    if row.tries + 1 >= TRIES or wait >= ttl:
        return {**values, "state": repository.FAILED, "reason": receipt.reason[:40] or "too-late"}
    return {**values, "state": repository.PLANNED, "due_at": now + wait, "claimed_at": None, "claim": None}
