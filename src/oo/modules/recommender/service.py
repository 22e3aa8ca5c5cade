"""The recommender: answers with the tip that stands, or decides afresh and logs the decision, silence included."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from dataclasses import field as values
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Row

from oo.contracts.agents import Snippet
from oo.contracts.consents import Consents
from oo.contracts.decisions import Candidate, Decision, Hold, Silence, UserView
from oo.contracts.events import SilenceKept, TipServed
from oo.contracts.ids import DecisionId, HoldId, Ref, UserId
from oo.contracts.items import facts_text
from oo.contracts.profiles import Profile, Profiles
from oo.contracts.sources import Inventory, Sources, Wording
from oo.contracts.tips import HoldView, Moment, Outcome, Reaction, Recommendation, SilenceView, Undoable
from oo.contracts.words.voice import Voice, voice
from oo.contracts.writing import TipCandidate
from oo.engine import pipeline
from oo.engine.composer import compose
from oo.engine.moments import moments
from oo.engine.policies.orchestrator import SOURCE
from oo.engine.rhythm import DAYS, rhythm
from oo.engine.rows import to_row
from oo.engine.silences import silence_words
from oo.engine.standing import expires_at
from oo.engine.when import context, today, zone_of
from oo.kernel.db import Transaction
from oo.kernel.module import Kit
from oo.kernel.tracing import span
from oo.modules.recommender import held, looking, repository
from oo.modules.recommender.field import Decider, Field
from oo.modules.recommender.hearing.snippets import Said, known_of, still_said, who_said
from oo.modules.recommender.reactions import Reactions
from oo.modules.recommender.ready.words import Written, notes, parts, still_written
from oo.modules.recommender.refusals.repository import note
from oo.modules.recommender.refusals.service import Memory
from oo.modules.recommender.words import Words, by, open_words, tip_of

REMEMBERED = 16_384
"""Tasks whose facts are remembered as they are logged, about a kilobyte each."""
CALENDAR = "calendar_times"
"""The consent to use the times of the calendar."""
REDECISIONS = 3
"""How often a decision is made anew because the chosen item's words are gone from its source."""


@dataclass(frozen=True, slots=True)
class _Moment:
    """What a decision is made from: everything read before it."""

    view: UserView
    profile: Profile
    inventory: Inventory
    decider: Decider
    said: tuple[Said, ...] = ()
    """What agents said that still counts, the surest first."""
    written: Mapping[Ref, Written] = values(default_factory=dict)
    """What a model wrote of tasks."""

    @property
    def snippets(self) -> tuple[Snippet, ...]:
        """The same without who said it."""
        return tuple(one.snippet for one in self.said)


class Recommender:
    """Keeps the promise `Tips`."""

    def __init__(self, kit: Kit, sources: Sources, profiles: Profiles, consents: Consents, field: Field) -> None:
        self._kit, self._sources, self._profiles, self._field = kit, sources, profiles, field
        self._consents = consents
        # The same tasks are candidates again and again; what is remembered are facts, without a word.
        self._facts_text = lru_cache(REMEMBERED)(facts_text)
        self._reactions = Reactions(kit, profiles)
        self._memory = Memory(kit)
        self.ready: Callable[[UserId], Awaitable[None]] | None = None
        """Sees to it that something is ready for the person, and waits for that only where nothing at all is."""

    async def recommend(self, *, user: UserId) -> Recommendation:
        """See `Tips.recommend`."""
        await looking.before_answering(self._kit, self._sources, user)
        now = self._kit.clock.now()
        row = await self._kit.db.read(lambda tx: repository.standing(tx, user, now))
        if row is not None:
            return self._standing(user, row)
        if self.ready is not None:
            await self.ready(user)
        return await self.choose(user)

    async def react(self, *, user: UserId, reaction: Reaction) -> Outcome:
        """See `Tips.react`."""
        if reaction.action == "done":
            await looking.before_done(self._kit, self._sources, user, reaction.tip)
        return await self._reactions.react(user, reaction)

    async def hold_undo(self, *, user: UserId, tip: DecisionId) -> Undoable:
        """See `Tips.hold_undo`."""
        return await self._reactions.hold(user, tip)

    async def undoable(self, *, user: UserId, tip: DecisionId) -> Undoable | None:
        """See `Tips.undoable`."""
        return await self._reactions.undoable(user, tip)

    async def seen(self, *, user: UserId, tip: DecisionId, surface: str) -> None:
        """See `Tips.seen`."""
        await self._reactions.seen(user, tip, surface)

    async def moments(self, *, user: UserId) -> list[Moment]:
        """See `Tips.moments`."""
        moment = await self.moment(user)
        context, since = moment.view.context, moment.view.context.now - DAYS
        answers = await self._kit.db.read(lambda tx: repository.answered(tx, user, since))
        return moments(context, moment.view.busy, rhythm(answers, zone_of(context.zone)))

    async def held(self, *, user: UserId) -> list[HoldView]:
        """See `Tips.held`."""
        return await held.listed(self._kit, self._sources, user)

    async def allow(self, *, user: UserId, hold: HoldId) -> None:
        """See `Tips.allow`."""
        await held.allow(self._kit, user, hold)

    def _standing(self, user: UserId, row: Row[Any]) -> Recommendation:
        words = open_words(self._kit.keys.cipher(user), row.words)
        return Recommendation(tip_of(row, words), None, row.considered)

    async def choose(self, user: UserId) -> Recommendation:
        """Decide afresh from what is at hand, without waiting for anybody; what stands by then is the answer."""
        with span("decide") as traced:
            found = await self._chosen(user)
            traced.set(oo__candidates=found.considered, oo__reason="tip" if found.tip else "silence")
            return found

    async def _chosen(self, user: UserId) -> Recommendation:
        started = self._kit.clock.monotonic()
        moment = await self.moment(user)
        view = moment.view
        for _ in range(REDECISIONS):
            decision = await self._run(view, moment)
            chosen = decision.tip
            if chosen is None:
                break
            wording = (await self._sources.wordings(user=user, refs=[chosen.facts.ref])).get(chosen.facts.ref)
            if wording is not None:
                return await self._serve(user, moment, decision, chosen, wording, started)
            # Gone from its source since the last read: the next sync will say so, the person needn't wait for it.
            view = replace(view, facts=tuple(facts for facts in view.facts if facts.ref != chosen.facts.ref))
        else:
            decision = replace(decision, chosen=None, silence=Silence("nothing-right", looked_at=decision.considered))
        return await self._keep_silent(user, moment, decision, started)

    async def moment(self, user: UserId) -> _Moment:
        """All that a decision would be made from now."""
        now = self._kit.clock.now()

        def known(tx: Transaction) -> tuple[tuple[Hold, ...], Decider, tuple[Said, ...], Mapping[Ref, Written]]:
            holds, keys = tuple(map(repository.hold_of, repository.holds_of(tx, user))), self._kit.keys
            said, written = still_said(keys, tx, user, now), still_written(keys, tx, user, now)
            return holds, self._field.decider(tx, user), said, written

        inventory, profile, granted, (holds, decider, said, written) = await asyncio.gather(
            self._sources.inventory(user=user),
            self._profiles.get(user=user),
            self._consents.granted(user=user),
            self._kit.db.read(known),
        )
        busy = inventory.busy if CALENDAR in granted else ()
        view = UserView(
            user=user,
            context=context(now, profile.zone, profile.day_ends_at, busy, inventory.last_project),
            facts=inventory.facts,
            busy=busy,
            holds=holds,
            known=known_of(said),
            language=profile.language,
            connected=inventory.connected,
            stale_since=inventory.stale_since,
        )
        return _Moment(view, profile, inventory, decider, said, written)

    async def _run(self, view: UserView, moment: _Moment) -> Decision:
        decider = moment.decider
        return await pipeline.run(
            view,
            parts(moment.written),
            decider.policy,
            decider.state,
            id=DecisionId(self._kit.ids.new()),
            seed=self._kit.chance.seed(),
            gather=asyncio.gather,
            floor=self._kit.settings.exploration,
            notes={**decider.notes, **notes(moment.written), **who_said(moment.said)},
        )

    async def _serve(
        self, user: UserId, moment: _Moment, decision: Decision, chosen: Candidate, wording: Wording, started: float
    ) -> Recommendation:
        words, said = self._words(moment, chosen, wording)
        print_row = (
            None if said is None else self._memory.print_row(user, decision.id, said.print, decision.context.now)
        )
        tip = {
            "id": decision.id,
            "user_id": user,
            "state": repository.STANDING,
            "kind": chosen.kind,
            "topic": chosen.topic,
            "ref": chosen.facts.ref,
            "version": chosen.facts.version,
            "series": chosen.facts.series,
            "served_at": decision.context.now,
            "expires_at": expires_at(decision.context),
            "undo_seconds": moment.profile.undo_seconds,
            "considered": decision.considered,
            "words": words.seal(self._kit.keys.cipher(user)),
        }
        log = self._log(user, decision, started)
        event = TipServed(
            decision.id, chosen.kind, chosen.topic, chosen.facts.ref, decision.propensity, decision.policy
        )
        envelope = self._kit.outbox.envelope(user, event)

        def unit(tx: Transaction) -> Row[Any] | None:
            first = repository.standing(tx, user, decision.context.now)
            if first is None:  # else another request was quicker, and there is one tip
                repository.add_decision(tx, log)
                repository.add_tip(tx, tip)
                if print_row is not None:
                    note(tx, print_row)
                self._kit.outbox.publish(tx, envelope)
            return first

        first = await self._kit.db.write(unit)
        if first is not None:
            return self._standing(user, first)
        return Recommendation(tip_of(SimpleNamespace(**tip), words), None, decision.considered)

    def _words(self, moment: _Moment, chosen: Candidate, wording: Wording) -> tuple[Words, TipCandidate | None]:
        """The words, and what of them a model wrote; the line of why is the composer's: true by construction."""
        view = moment.view
        composed = compose(chosen, wording.title, view.context, _voice(view), moment.snippets)
        said = moment.written[chosen.facts.ref].said if chosen.source == SOURCE else None
        words = Words(
            content=composed.content if said is None else said.content,
            why=composed.why,
            title=wording.title,
            connector=wording.connector,
            source_name=wording.source,
            where=wording.where,
            writable=wording.writable,
            **({} if said is None else by(said)),
        )
        return words, said

    async def _keep_silent(self, user: UserId, moment: _Moment, decision: Decision, started: float) -> Recommendation:
        silence = decision.silence
        assert silence is not None
        log = self._log(user, decision, started)
        envelope = self._kit.outbox.envelope(user, SilenceKept(decision.id, silence.reason, decision.policy))

        def unit(tx: Transaction) -> None:
            repository.add_decision(tx, log)
            self._kit.outbox.publish(tx, envelope)

        await self._kit.db.write(unit)
        detail = await self._silence_words(user, moment, silence)
        return Recommendation(None, SilenceView(silence.reason, detail), decision.considered)

    async def _silence_words(self, user: UserId, moment: _Moment, silence: Silence) -> str:
        connections = await self._sources.connections(user=user)
        source = None
        if len(connections) == 1:  # what is written down here is no app with a name
            kept_here = {kind.id for kind in await self._sources.connectors() if kind.kind == "document"}
            source = None if connections[0].connector in kept_here else connections[0].name
        return silence_words(silence, moment.view.context, _voice(moment.view), source)

    def _log(self, user: UserId, decision: Decision, started: float) -> dict[str, Any]:
        return {
            "id": decision.id,
            "user_id": user,
            "at": decision.context.now,
            "policy": decision.policy,
            "chosen": None if decision.tip is None else decision.tip.id,
            "propensity": decision.propensity,
            "silence": None if decision.silence is None else decision.silence.reason,
            "row": to_row(decision, self._facts_text),
            "latency_us": int((self._kit.clock.monotonic() - started) * 1_000_000),
        }


def _voice(view: UserView) -> Voice:
    return voice(view.language, zone_of(view.context.zone), today(view.context))
