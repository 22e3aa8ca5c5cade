"""Shadow, trial, launch: a person's word moves a policy up when its gate has passed; harm moves it down by itself."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from oo.contracts.errors import Conflict, NotFound
from oo.contracts.experiments import Deed, Evidence, Help, Run, Standing, Step
from oo.contracts.ids import UserId
from oo.contracts.lineups import DecisionLog, Lineup
from oo.kernel.module import Kit
from oo.ml.experiments import repository

if TYPE_CHECKING:  # numpy comes with it, and is loaded when somebody asks
    from oo.ml.experiments.evidence import Seen

FIRST, SECOND = 0.1, 0.5
"""Of people, in the two stages of a trial."""
KEPT_BACK = 0.02
"""Of people whom the former champion keeps after a launch."""
NEXT: Mapping[float, Step] = {FIRST: "trial-50", SECOND: "launch"}
OUTCOME_DAYS = 1


class Watch:
    """Keeps the promise `Experiments`."""

    def __init__(self, kit: Kit, log: DecisionLog) -> None:
        self._kit, self._log = kit, log

    async def standings(self) -> list[Standing]:
        """See `Experiments.standings`."""
        from oo.ml.experiments import evidence

        quits = await self._kit.db.read(repository.quits_by_user)
        lineup, decided = await self._log.lineup(), await evidence.seen(self._log, quits=quits)
        counts = await self._kit.db.read(repository.shadowed)
        ids = [lineup.champion, lineup.challenger, lineup.former, *await self._log.watched()]
        return [await self._standing(one, lineup, decided, counts) for one in dict.fromkeys(ids) if one is not None]

    async def promote(self, *, policy: str, by: UserId) -> Standing:
        """See `Experiments.promote`."""
        policy = policy.replace("-", "_")
        found = next((one for one in await self.standings() if one.policy == policy), None)
        if found is None:
            raise NotFound(f"There is no policy {policy!r} that decides or stands by.")
        lineup = await self._log.lineup()
        if found.next is None or found.evidence is None:
            raise Conflict(f"{policy} is the {found.role}; there is no next step for it.")
        if lineup.challenger not in (None, policy):
            raise Conflict(f"{lineup.challenger} is being tried; one trial at a time.")
        if found.evidence.said != "passed":
            raise Conflict(f"{policy}: {found.evidence.said}. {_sentence(found.evidence.why)}")
        await self._move(
            _after(lineup, policy, found.next, self._kit.ids.new()), found.next, policy, by, found.evidence
        )
        return next(one for one in await self.standings() if one.policy == policy)

    async def roll_back(self, *, by: UserId | None, why: str = "") -> Lineup:
        """See `Experiments.roll_back`."""
        lineup = await self._log.lineup()
        reason = Evidence("failed", why or "a person's word")
        if lineup.challenger is not None:
            back = replace(lineup, challenger=None, share=0.0)
            return await self._move(back, "trial-ended", lineup.challenger, by, reason)
        if lineup.former is not None:
            back = Lineup(lineup.former)
            return await self._move(back, "rolled-back", lineup.champion, by, reason)
        raise Conflict("There is no trial, and no former champion to go back to.")

    async def watch(self) -> Evidence | None:
        """Roll back by itself what does harm; the evidence, when something was."""
        lineup = await self._log.lineup()
        if lineup.challenger is None and lineup.former is None:
            return None
        from oo.ml.experiments import evidence

        quits = await self._kit.db.read(repository.quits_by_user)
        decided = await evidence.seen(self._log, lineup.at, quits)
        judge = evidence.harming if lineup.challenger is not None else evidence.holding
        found = await asyncio.to_thread(judge, lineup, decided)
        if found.said != "failed":
            return None
        await self.roll_back(by=None, why=found.why)
        return found

    async def deeds(self) -> list[Deed]:
        """See `Experiments.deeds`."""
        rows = await self._kit.db.read(repository.deeds)
        return [Deed(row.at, UserId(row.user_id) or None, row.what, row.policy, row.detail) for row in rows]

    async def toss(self, *, user: UserId, probability: float, sent: bool) -> None:
        """See `Experiments.toss`."""
        row = {"id": self._kit.ids.new(), "user_id": user, "at": self._kit.clock.now(), "done": 0}
        row |= {"probability": probability, "sent": sent}
        await self._kit.db.write(partial(repository.add_coin, row=row))

    async def helps(self, *, user: UserId) -> Help:
        """See `Experiments.helps`."""
        from oo.engine.helping import Coin, helps

        known = self._kit.clock.now().timestamp() - OUTCOME_DAYS * 86400  # younger ones may still be followed by more
        rows = await self._kit.db.read(partial(repository.coins_of, user=user, before=self._kit.clock.now()))
        coins = [
            Coin(row.at.toordinal(), row.probability, row.sent, row.done) for row in rows if row.at.timestamp() <= known
        ]
        return await asyncio.to_thread(helps, coins)

    async def keep_run(self, *, run: Run, events: Sequence[Mapping[str, Any]]) -> None:
        """See `Experiments.keep_run`."""
        row = {"id": run.id, "at": run.at, "seed": run.seed}
        row |= {"settings": json.dumps(dict(run.settings)), "summary": json.dumps(dict(run.summary))}
        await self._kit.db.write(partial(repository.keep_run, row=row))
        for start in range(0, len(events), repository.SLICE):
            some = [{"run_id": run.id, **one} for one in events[start : start + repository.SLICE]]
            await self._kit.db.write(partial(repository.add_events, rows=some))

    async def runs(self) -> list[Run]:
        """See `Experiments.runs`."""
        rows = await self._kit.db.read(repository.runs)
        text = repository.settings_of
        return [Run(row.id, row.at, row.seed, text(row.settings), text(row.summary)) for row in rows]

    async def _standing(
        self, policy: str, lineup: Lineup, decided: Sequence[Seen], counts: Mapping[str, int]
    ) -> Standing:
        from oo.engine.launch import SLACK
        from oo.ml.experiments import evidence

        tag = self._tag(policy)
        shadowed = counts.get(tag, 0)
        if policy == lineup.challenger:
            slack = SLACK if lineup.share <= FIRST else 0.0
            found = await asyncio.to_thread(evidence.trying, lineup, decided, slack=slack)
            return Standing(policy, "challenger", lineup.share, shadowed, NEXT.get(lineup.share, "launch"), found)
        if policy == lineup.champion:
            held = await asyncio.to_thread(evidence.holding, lineup, decided) if lineup.former is not None else None
            share = 1.0 - (lineup.share if lineup.challenger else 0.0) - (lineup.kept_back if lineup.former else 0.0)
            return Standing(policy, "champion", share, shadowed, None, held)
        if policy == lineup.former:
            return Standing(policy, "former", lineup.kept_back, shadowed, None, None)
        rows = await evidence.choices(self._kit.db, tag)
        found = await asyncio.to_thread(evidence.shadowing, self._tag(lineup.champion), decided, rows)
        return Standing(policy, "shadow", 0.0, shadowed, "trial-10", found)

    async def _move(self, lineup: Lineup, what: str, policy: str, by: UserId | None, found: Evidence) -> Lineup:
        """Appoint, and write down who did what, on which evidence."""
        now = await self._log.appoint(lineup=lineup)
        detail = {"evidence": [found.said, found.why, found.value, found.low, found.high], "champion": now.champion}
        row = {
            "id": self._kit.ids.new(),
            "user_id": by or "",
            "at": self._kit.clock.now(),
            "what": what,
            "policy": policy,
            "detail": json.dumps(detail),
        }
        await self._kit.db.write(partial(repository.add_deed, row=row))
        return now

    def _tag(self, id: str) -> str:
        plugin = self._kit.plugins.get("policies", {}).get(id)
        return id if plugin is None else f"{id}@{plugin.load().digest}"


def _after(lineup: Lineup, policy: str, step: Step, trial: str) -> Lineup:
    """The lineup once a policy has taken its step."""
    if step == "trial-10":
        return replace(lineup, challenger=policy, share=FIRST, trial=trial)
    if step == "trial-50":
        return replace(lineup, share=SECOND)
    return Lineup(policy, former=lineup.champion, kept_back=KEPT_BACK, trial=lineup.trial)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + "."
