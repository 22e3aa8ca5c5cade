"""What a decision is made from: the person's view and preferences, what agents said, what a model wrote."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as values
from datetime import datetime

from oo.contracts.agents import Snippet
from oo.contracts.consents import Consents
from oo.contracts.decisions import Candidate, Hold, UserView
from oo.contracts.ids import Ref, UserId
from oo.contracts.profiles import Profile, Profiles
from oo.contracts.sources import Inventory, Sources
from oo.contracts.thoughts import Thought
from oo.contracts.writing import TipCandidate
from oo.engine.policies.orchestrator import SOURCE
from oo.engine.standing import expires_at
from oo.engine.when import context
from oo.kernel.db import Transaction
from oo.kernel.module import Kit
from oo.modules.recommender import repository
from oo.modules.recommender.field import Decider, Field
from oo.modules.recommender.hearing.snippets import Said, known_of, still_said
from oo.modules.recommender.ready.words import Written, still_written

CALENDAR = "calendar_times"
"""The consent to use the times of the calendar."""


@dataclass(frozen=True, slots=True)
class Situation:
    """What a decision is made from: everything read before it."""

    view: UserView
    profile: Profile
    inventory: Inventory
    decider: Decider
    said: tuple[Said, ...] = ()
    """What agents said that still counts, the surest first."""
    written: Mapping[Ref, Written] = values(default_factory=dict)
    """What a model wrote of tasks."""

    def said_of(self, chosen: Candidate) -> TipCandidate | None:
        """What a model wrote of the candidate; None for the composer's."""
        return self.written[chosen.facts.ref].said if chosen.source == SOURCE else None

    def thought_of(self, chosen: Candidate) -> Thought | None:
        """What the candidate states or rests on; None for one of a task."""
        return next((one for one in self.view.thoughts if one.ref == chosen.facts.ref), None)

    def counts_until(self, chosen: Candidate) -> datetime:
        """When the tip is over: an insight no later than what it says, and as soon as something put off comes back."""
        ends, thought = expires_at(self.view.context), self.thought_of(chosen)
        if thought is None:
            return ends
        now, snoozed = self.view.context.now, (one.until for one in self.view.holds if one.reason == "snoozed")
        return min(ends, thought.until, *(until for until in snoozed if until is not None and until > now))

    @property
    def snippets(self) -> tuple[Snippet, ...]:
        """The same without who said it."""
        return tuple(one.snippet for one in self.said)


class Situations:
    """Reads them."""

    def __init__(self, kit: Kit, sources: Sources, profiles: Profiles, consents: Consents, field: Field) -> None:
        self._kit, self._sources, self._profiles, self._consents = kit, sources, profiles, consents
        self._field = field

    async def now(self, user: UserId) -> Situation:
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
            thoughts=tuple(thought for one in said if (thought := one.thought) is not None),
            language=profile.language,
            connected=inventory.connected,
            stale_since=inventory.stale_since,
        )
        return Situation(view, profile, inventory, decider, said, written)
