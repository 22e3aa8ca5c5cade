"""The recommender: answers with the tip that stands, or decides afresh and logs the decision, silence included."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Row

from oo.contracts.decisions import Candidate, Decision, Silence, UserView
from oo.contracts.events import SilenceKept, TipServed
from oo.contracts.ids import DecisionId, HoldId, UserId
from oo.contracts.items import facts_text
from oo.contracts.profiles import Profiles
from oo.contracts.sources import Sources
from oo.contracts.tips import HoldView, Moment, Outcome, Reaction, Recommendation, SilenceView, Undoable
from oo.contracts.words import translator
from oo.contracts.words.voice import Voice, voice
from oo.engine import pipeline
from oo.engine.composer import compose
from oo.engine.moments import moments
from oo.engine.rhythm import DAYS, rhythm
from oo.engine.rows import to_row
from oo.engine.silences import silence_words
from oo.engine.when import today, zone_of
from oo.kernel.db import Transaction
from oo.kernel.module import Kit
from oo.kernel.tracing import span
from oo.modules.recommender import held, looking, repository
from oo.modules.recommender.hearing.snippets import who_said
from oo.modules.recommender.reactions import Reactions
from oo.modules.recommender.ready.words import notes, parts
from oo.modules.recommender.refusals.repository import note
from oo.modules.recommender.refusals.service import Memory
from oo.modules.recommender.situation import Situation, Situations
from oo.modules.recommender.thinking import Naming
from oo.modules.recommender.words import Words, by, open_words, tip_of

REMEMBERED = 16_384
"""Tasks whose facts are remembered as they are logged, about a kilobyte each."""
REDECISIONS = 3
"""How often a decision is made anew because the chosen item's words are gone from its source."""


class Recommender:
    """Keeps the promise `Tips`."""

    def __init__(self, kit: Kit, sources: Sources, profiles: Profiles, situations: Situations) -> None:
        self._kit, self._sources, self._profiles, self._situations = kit, sources, profiles, situations
        # The same tasks are candidates again and again; what is remembered are facts, without a word.
        self._facts_text = lru_cache(REMEMBERED)(facts_text)
        self._reactions = Reactions(kit, profiles)
        self._memory = Memory(kit)
        self._naming = Naming(kit)
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
        situation = await self._situations.now(user)
        context, since = situation.view.context, situation.view.context.now - DAYS
        answers = await self._kit.db.read(lambda tx: repository.answered(tx, user, since))
        return moments(context, situation.view.busy, rhythm(answers, zone_of(context.zone)))

    async def held(self, *, user: UserId) -> list[HoldView]:
        """See `Tips.held`."""
        profile = await self._profiles.get(user=user)
        return await held.listed(self._kit, self._sources, user, self._naming, translator(profile.language))

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
        situation = await self._situations.now(user)
        view = situation.view
        for _ in range(REDECISIONS):
            decision = await self._run(view, situation)
            chosen = decision.tip
            if chosen is None:
                break
            words = await self._words(user, situation, chosen)
            if words is not None:
                return await self._serve(user, situation, decision, chosen, words, started)
            # Gone from its source since the last read: the next sync will say so, the person needn't wait for it.
            view = replace(view, facts=tuple(facts for facts in view.facts if facts.ref != chosen.facts.ref))
        else:
            decision = replace(decision, chosen=None, silence=Silence("nothing-right", looked_at=decision.considered))
        return await self._keep_silent(user, situation, decision, started)

    async def _run(self, view: UserView, situation: Situation) -> Decision:
        decider = situation.decider
        return await pipeline.run(
            view,
            parts(situation.written),
            decider.policy,
            decider.state,
            id=DecisionId(self._kit.ids.new()),
            seed=self._kit.chance.seed(),
            gather=asyncio.gather,
            floor=self._kit.settings.exploration,
            notes={**decider.notes, **notes(situation.written), **who_said(situation.said)},
        )

    async def _serve(
        self, user: UserId, situation: Situation, decision: Decision, chosen: Candidate, words: Words, started: float
    ) -> Recommendation:
        said = situation.said_of(chosen)
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
            "expires_at": situation.counts_until(chosen),
            "undo_seconds": situation.profile.undo_seconds,
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

    async def _words(self, user: UserId, situation: Situation, chosen: Candidate) -> Words | None:
        """Its words, or None when its task is gone; the line of why is the composer's: true by construction."""
        view, said = situation.view, situation.said_of(chosen)
        thought = situation.thought_of(chosen)
        if thought is not None:
            return self._naming.words(thought, said, _voice(view))
        wording = (await self._sources.wordings(user=user, refs=[chosen.facts.ref])).get(chosen.facts.ref)
        if wording is None:
            return None
        composed = compose(chosen, wording.title, view.context, _voice(view), situation.snippets)
        return Words(
            content=composed.content if said is None else said.content,
            why=composed.why,
            title=wording.title,
            connector=wording.connector,
            source_name=wording.source,
            where=wording.where,
            writable=wording.writable,
            **({} if said is None else by(said)),
        )

    async def _keep_silent(
        self, user: UserId, situation: Situation, decision: Decision, started: float
    ) -> Recommendation:
        silence = decision.silence
        assert silence is not None
        log = self._log(user, decision, started)
        envelope = self._kit.outbox.envelope(user, SilenceKept(decision.id, silence.reason, decision.policy))

        def unit(tx: Transaction) -> None:
            repository.add_decision(tx, log)
            self._kit.outbox.publish(tx, envelope)

        await self._kit.db.write(unit)
        detail = await self._silence_words(user, situation, silence)
        return Recommendation(None, SilenceView(silence.reason, detail), decision.considered)

    async def _silence_words(self, user: UserId, situation: Situation, silence: Silence) -> str:
        connections = await self._sources.connections(user=user)
        source = None
        if len(connections) == 1:  # what is written down here is no app with a name
            kept_here = {kind.id for kind in await self._sources.connectors() if kind.kind == "document"}
            source = None if connections[0].connector in kept_here else connections[0].name
        return silence_words(silence, situation.view.context, _voice(situation.view), source)

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
