"""Takes a planned delivery: the rules are asked once more, then it is claimed in the log, before a word leaves.

What was claimed is never claimed again. Whoever has news that was not heard yet is waited for: it may be the reaction.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from sqlalchemy import Row

from oo.contracts.channels import Message
from oo.contracts.events import DeliveryChanged
from oo.contracts.ids import UserId
from oo.contracts.tips import Tip, Tips
from oo.engine.interrupting import Reach, forbidden, lives_for, out_of_reach, unfit
from oo.kernel.db import Transaction
from oo.kernel.keys import KeyGone
from oo.kernel.log import get_logger
from oo.kernel.module import Kit
from oo.kernel.outbox import unheard
from oo.modules.notifier.composing import (
    ANSWERS,
    NUMBER_BYTES,
    Tokens,
    other_message,
    tip_message,
    token_digest,
    token_for,
)
from oo.modules.notifier.deciding import fresh_point, without
from oo.modules.notifier.desk import site
from oo.modules.notifier.gathering import Gathering, Person, offer_of, own, reach_of, situation_of
from oo.modules.notifier.repository import devices as device_rows
from oo.modules.notifier.repository import log as repository
from oo.modules.notifier.repository import moments

CONSUMER = "notifier"
NEWS = ("tips.tip.reacted", "signals.task.completed", "signals.task.deleted", "signals.task.changed")
"""Events after which a planned message may be wrong: who has one that was not heard yet is waited for."""

log = get_logger("notifier")


@dataclass(frozen=True, slots=True)
class Ready:
    """A claimed delivery with what is to be sent, and where."""

    row: Row[Any]
    device: Row[Any]
    message: Message


@dataclass(frozen=True, slots=True)
class Claiming:
    """Claims or drops what is planned; `worker` names the process in the log."""

    kit: Kit
    gathering: Gathering
    tips: Tips
    worker: str

    async def claim(self, row: Row[Any]) -> Ready | None:
        """Ask the rules once more, and take one delivery; None when it is dropped, waits, or is somebody else's."""
        try:
            return await (self._claim_tip(row) if row.kind == "tip" else self._claim_other(row))
        except KeyGone:
            return None
        except Exception as error:
            log.warning("delivery.not_claimed", error=type(error).__name__)
            await self._drop(row, "fault")
            return None

    async def _claim_tip(self, row: Row[Any]) -> Ready | None:
        user = UserId(row.user_id)
        found = await self.gathering.people([user])
        if user not in found:
            return None
        person = without(await self.gathering.whole(found[user]), row.push_id)
        device = next((one for one in person.own.devices if one.id == row.device_id), None)
        if device is None:
            await self._drop(row, "device-gone")
            return None
        tip = (await self.tips.recommend(user=user)).tip
        if tip is None or tip.id != row.tip_id:
            await self._drop(row, "overtaken", person)
            return None
        rule = self._rule(person, device, tip, row)
        if rule is not None:
            await self._drop(row, rule, person)
            return None
        reach = self._reach(person, device, row)
        ttl = lives_for(person.situation, offer_of(person, tip), reach)
        number = self.kit.ids.token(NUMBER_BYTES)
        if not await self._take(row, number, person):
            return None
        tokens, now = self._tokens(number), person.situation.now
        message = tip_message(row.id, user, tip, person.language, site(self.kit), tokens, ttl, now)
        return Ready(row, device, message)

    async def _claim_other(self, row: Row[Any]) -> Ready | None:
        user, now, number = UserId(row.user_id), self.kit.clock.now(), self.kit.ids.token(NUMBER_BYTES)
        language = (await self.gathering.profiles.get(user=user)).language
        device = await self.kit.db.read(lambda tx: device_rows.one(tx, user, row.device_id))
        if device is None:
            await self._drop(row, "device-gone")
            return None
        digest = token_digest(number)

        def unit(tx: Transaction) -> bool:
            return repository.claim(tx, row.id, now, self.worker, digest, row.expires_at)

        if not await self.kit.db.write(unit):
            return None
        tokens = self._tokens(number)
        return Ready(row, device, other_message(row.id, user, row.kind, language, site(self.kit), tokens, now))

    def _tokens(self, number: str) -> Tokens:
        return partial(token_for, self.kit.keys.secret(ANSWERS), number)

    def _rule(self, person: Person, device: Row[Any], tip: Tip, row: Row[Any]) -> str | None:
        offer = offer_of(person, tip)
        rule = forbidden(person.situation) or unfit(person.situation, offer)
        return rule or out_of_reach(person.situation, self._reach(person, device, row))

    def _reach(self, person: Person, device: Row[Any], row: Row[Any]) -> Reach:
        manifest = self.gathering.manifest(device.channel)
        if manifest is None:
            raise LookupError(device.channel)
        return reach_of(person, device, manifest)

    async def _take(self, row: Row[Any], number: str, person: Person) -> bool:
        """Claim in one unit that holds the person: what was decided or sent meanwhile is looked at once more."""
        now, digest = self.kit.clock.now(), token_digest(number)
        profile = await self.gathering.profiles.get(user=person.user)
        event = self.kit.outbox.envelope(
            row.user_id, DeliveryChanged(row.id, row.tip_id, row.channel, repository.CLAIMED, "", row.tries + 1)
        )

        def unit(tx: Transaction) -> bool | str:
            if not repository.lock(tx, row.user_id) or unheard(tx, CONSUMER, NEWS, {row.user_id}):
                return False
            push = repository.push(tx, row.push_id)
            if push is None or push.state not in (repository.PLANNED, repository.SENT) or push.verb is not None:
                return "overtaken"
            mine = own(tx, [row.user_id], now)[row.user_id]
            fresh = situation_of(mine, person.wishes, profile, now, steady=person.situation.steady)
            others = tuple(one for kept, one in zip(mine.pushes, fresh.sent, strict=True) if kept.id != row.push_id)
            rule = forbidden(
                replace(fresh, sent=others, busy=person.situation.busy, contexts=person.situation.contexts)
            )
            if rule is not None:
                return rule
            if repository.claim(tx, row.id, now, self.worker, digest, push.expires_at):
                repository.count_push(tx, row.push_id, now)
                self.kit.outbox.publish(tx, event)
                return True
            return False

        taken = await self.kit.db.write(unit)
        if isinstance(taken, str):
            await self._drop(row, taken, person)
            return False
        return taken

    async def _drop(self, row: Row[Any], reason: str, person: Person | None = None) -> None:
        """Let go of a planned delivery; quiet hours drop and never queue, and one fresh decision follows them."""
        now = self.kit.clock.now()
        quiet = reason in ("quiet-hours", "device-quiet") and person is not None
        fresh = fresh_point(self.kit, person) if quiet and person is not None else None
        event = DeliveryChanged(row.id, row.tip_id, row.channel, repository.DROPPED, reason, row.tries)
        envelope = self.kit.outbox.envelope(row.user_id, event)
        values = {"state": repository.DROPPED, "reason": reason, "settled_at": now}

        def unit(tx: Transaction) -> None:
            if not repository.change(tx, row.id, repository.PLANNED, values):
                return
            self.kit.outbox.publish(tx, envelope)
            if fresh is not None:
                moments.add_point(tx, fresh)
            end_push(tx, row.push_id, reason)

        await self.kit.db.write(unit)


def end_push(tx: Transaction, push: str, reason: str) -> None:
    """When nothing of a push was ever claimed, and nothing is planned any more, it never was: its point says so."""
    states = {one.state for one in repository.of_push(tx, push)}
    found = repository.push(tx, push)
    if found is None or repository.PLANNED in states or found.sent_at is not None:
        return
    repository.change_push(tx, push, {"state": repository.DROPPED, "reason": reason})
    moments.unsend(tx, found.point_id, reason)
