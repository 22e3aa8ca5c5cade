"""How well interruptions do, and what stands in the way: figures, the silence ledger, and "why nothing now?"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from sqlalchemy import Row

from oo.contracts.deliveries import Arm, LedgerLine, Measures
from oo.contracts.ids import UserId
from oo.contracts.words import Translator, translator
from oo.engine.interrupting import gate, out_of_reach
from oo.engine.interrupting.measures import Outcome, false_alarms, just_in_time, lift, rate
from oo.kernel.module import Kit
from oo.modules.notifier.gathering import Gathering, reach_of
from oo.modules.notifier.repository import log, moments

DAYS = 30
MOST = 200
ARMS: tuple[Arm, ...] = ("learnt", "random")


@dataclass(frozen=True, slots=True)
class Measuring:
    """Looks back."""

    kit: Kit
    gathering: Gathering

    async def measures(self, user: UserId | None) -> Measures:
        """See `Deliveries.measures`."""
        now = self.kit.clock.now()
        since = now - timedelta(days=DAYS)
        rows = await self.kit.db.read(lambda tx: log.measured(tx, since, user))
        counted, states, left = await self.kit.db.read(
            lambda tx: (
                moments.counted(tx, since, user),
                log.states(tx, since, user),
                log.opted_out(tx, since, user),
            )
        )
        outcomes = [Outcome(cast("Arm", row.arm), row.sent_at, row.verb, row.reacted_at) for row in rows]
        by_arm = {arm: just_in_time(outcomes, now, arm) for arm in ARMS}
        found = lift(by_arm["learnt"], by_arm["random"])
        return Measures(
            days=DAYS,
            points=sum(counted.values()),
            pushes=len(outcomes),
            silences={reason: many for (reason, sent), many in sorted(counted.items()) if not sent},
            states=states,
            false_alarms=false_alarms(outcomes, now),
            just_in_time=just_in_time(outcomes, now),
            opt_outs=rate(min(left, len(outcomes)), len(outcomes)),
            opt_outs_per_100=100 * left / len(outcomes) if outcomes else None,
            by_arm=by_arm,
            lift=None if found is None else found[0],
            lift_low=None if found is None else found[1],
            lift_high=None if found is None else found[2],
        )

    async def ledger(self, user: UserId, limit: int) -> list[LedgerLine]:
        """See `Deliveries.ledger`."""
        rows = await self.kit.db.read(lambda tx: moments.ledger(tx, user, max(1, min(limit, MOST))))
        t = translator((await self.gathering.profiles.get(user=user)).language)
        return [self._line(row, t) for row in rows]

    async def why_nothing(self, user: UserId) -> LedgerLine:
        """See `Deliveries.why_nothing`."""
        now = self.kit.clock.now()
        t = translator((await self.gathering.profiles.get(user=user)).language)
        found = await self.gathering.people([user])
        reason = "no-device"
        if user in found and found[user].own.devices:
            person = await self.gathering.whole(found[user])
            silence = gate(person.situation, None)
            reason = "not-yet" if silence is None else silence.reason
            if silence is None:
                ways = [(one, self.gathering.manifest(one.channel)) for one in person.own.devices]
                rules = [out_of_reach(person.situation, reach_of(person, one, m)) for one, m in ways if m is not None]
                if not rules:
                    reason = "no-device"
                elif None not in rules:
                    reason = rules[0] or reason
        return LedgerLine(now, "fresh", False, reason, 0.0, said(reason, t))

    def _line(self, row: Row[Any], t: Translator) -> LedgerLine:
        return LedgerLine(row.at, row.kind, row.sent, row.reason, row.probability, said(row.reason, t))


def said(reason: str, t: Translator) -> str:
    """A reason as a person reads it."""
    words: Mapping[str, str] = {
        "worth-it": t("Sent: it looked worth an interruption."),
        "kept-silent": t("Nothing came: it could wait."),
        "held-out": t("A quiet day, drawn by lot, so that it can be measured whether interruptions help."),
        "switched-off": t("The dial stands at 0: tips wait until you look."),
        "clock": t("The clock of this machine jumped, so nothing is sent for some minutes."),
        "quiet-hours": t("It was quiet hours."),
        "device-quiet": t("It was quiet hours where your device is."),
        "context": t("A context was on in which nothing is sent."),
        "meeting": t("You were in a meeting."),
        "here": t("You had oO on a screen."),
        "on-screen": t("You had seen this tip already."),
        "no-task": t("What there was to say is no task. It waits until you look."),
        "budget": t("What you allow for the day was used up."),
        "one-open": t("The last one had no answer yet."),
        "done": t("It was done already."),
        "dismissed": t("You had turned it away."),
        "snoozed": t("You had put it off."),
        "overtaken": t("The tip was overtaken before it was sent."),
        "device-limit": t("Your device had as many as it takes in a day."),
        "device-gap": t("Your device had one just before."),
        "channel-limit": t("This way of reaching you had as many as it takes in a day."),
        "no-device": t("There is no device that can be reached."),
        "nothing-to-say": t("Nothing deserved your attention."),
        "late": t("The moment had passed."),
        "same-moment": t("It was one moment with the one before."),
        "not-yet": t("No rule stands in the way. Nothing comes until a good moment does."),
    }
    return words.get(reason, t("Something went wrong here, so nothing was sent."))
