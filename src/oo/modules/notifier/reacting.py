"""Answers from where a message is shown: a token works once, and what it says goes the way of a tap on the page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from oo.contracts.channels import Verb
from oo.contracts.deliveries import Reacted
from oo.contracts.errors import Conflict, NotFound, Overtaken
from oo.contracts.events import DeliveryChanged
from oo.contracts.ids import DecisionId, UserId
from oo.contracts.tips import ActionName, Reaction, Tips
from oo.kernel.db import Transaction
from oo.kernel.module import Kit
from oo.modules.notifier.composing import ANSWERS, number_in, token_digest
from oo.modules.notifier.devices import Devices
from oo.modules.notifier.repository import devices as device_rows
from oo.modules.notifier.repository import log

REACTIONS: dict[Verb, ActionName] = {"done": "done", "snooze": "snooze", "dismiss": "dismiss"}
GONE = "This message is over. Nothing was changed."


@dataclass(frozen=True, slots=True)
class Reacting:
    """Takes answers."""

    kit: Kit
    tips: Tips
    devices: Devices

    async def react(self, token: str, verb: Verb, until: datetime | None) -> Reacted:
        """See `Deliveries.react`."""
        number = number_in(self.kit.keys.secret(ANSWERS), token, verb)
        if number is None:
            raise NotFound("There is no such message.")
        digest = token_digest(number)
        row = await self.kit.db.read(lambda tx: log.with_token(tx, digest))
        if row is None:
            raise NotFound("There is no such message.")
        user = UserId(row.user_id)
        if verb == "stop":
            return await self._stop(user, row.id, row.device_id, row.used)
        if (verb in REACTIONS) != (row.kind == "tip") or (verb == "confirm") != (row.kind == "confirm"):
            raise NotFound("This message has no such answer.")
        if row.used is not None and row.used != verb:
            raise Conflict("This message was answered already.")
        if row.used is None and self.kit.clock.now() >= row.expires_at:
            raise Overtaken(GONE)
        if verb == "confirm":
            return await self._confirm(user, row.id, row.device_id, repeated=row.used is not None)
        if verb == "snooze" and until is None and row.used is None:
            until = await self._next_moment(user)
        envelope = self.kit.outbox.envelope(
            user, DeliveryChanged(row.id, row.tip_id, row.channel, log.OPENED, verb, row.tries)
        )

        def unit(tx: Transaction) -> bool:
            if not log.use(tx, row.id, verb):
                return False
            self.kit.outbox.publish(tx, envelope)
            return True

        first = await self.kit.db.write(unit)
        if not first:
            now = await self.kit.db.read(lambda tx: log.with_token(tx, digest))
            if now is None or now.used != verb:
                raise Conflict("This message was answered already.")
        # The key makes it the same reaction however often it comes: also after a crash between this and the line above.
        reaction = Reaction(f"push-{row.id}", DecisionId(row.tip_id), REACTIONS[verb], until)
        outcome = await self.tips.react(user=user, reaction=reaction)
        return Reacted(user, verb, DecisionId(row.tip_id), outcome, repeated=not first)

    async def _next_moment(self, user: UserId) -> datetime | None:
        found = await self.tips.moments(user=user)
        return found[0].at if found else None

    async def _confirm(self, user: UserId, delivery: str, device: str, *, repeated: bool) -> Reacted:
        def unit(tx: Transaction) -> None:
            log.use(tx, delivery, "confirm")
            row = device_rows.one(tx, user, device)
            if row is not None and row.state == device_rows.ASKED:
                device_rows.change(tx, device, {"state": device_rows.WORKS})
            device_rows.change_presence(tx, user, {"planned_day": 0, "due_at": self.kit.clock.now()})

        await self.kit.db.write(unit)
        return Reacted(user, "confirm", None, None, repeated)

    async def _stop(self, user: UserId, delivery: str, device: str, used: str | None) -> Reacted:
        """Never write there again; works for as long as the log is kept, whatever was answered before."""
        try:
            await self.devices.unsubscribe(user, device, "stop")
        except NotFound:
            return Reacted(user, "stop", None, None, repeated=True)
        return Reacted(user, "stop", None, None)
