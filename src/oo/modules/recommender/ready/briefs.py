"""Feature to prompt: gathers what a model may be told of a person, and a digest of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Protocol

from oo.contracts.agents import Snippet
from oo.contracts.consents import Consents, clouds
from oo.contracts.contexts import Contexts
from oo.contracts.decisions import Candidate, Kind, UserView
from oo.contracts.ids import DecisionId, Ref, UserId
from oo.contracts.items import facts_text
from oo.contracts.knowledge import Knowledge, Known
from oo.contracts.profiles import Profile
from oo.contracts.sources import Sources, Wording
from oo.contracts.thoughts import Thought
from oo.contracts.writing import Brief, Thing
from oo.engine import house, pipeline
from oo.engine.filters import sift
from oo.engine.thoughts import SOURCE, candidate
from oo.engine.when import today
from oo.kernel.keys import Cipher
from oo.kernel.module import Kit
from oo.modules.recommender.field import Decider
from oo.modules.recommender.refusals.service import TITLES, Memory

CONTEXT = "prompt_contexts.context"
THINGS = 8
COUNT, MOST = 3, 5
"""Candidates that a model is asked for, and with one for each thought: tasks are not to go without."""
KINDS: tuple[Kind, ...] = ("advice", "insight")
GLOBAL = "global"
"""The scope of preferences that are nobody's in particular."""


class Standing(Protocol):
    """What a decision would be made from now."""

    @property
    def view(self) -> UserView:
        """The person's view."""

    @property
    def profile(self) -> Profile:
        """What the person prefers."""

    @property
    def decider(self) -> Decider:
        """Who decides."""

    @property
    def snippets(self) -> tuple[Snippet, ...]:
        """What agents said."""


@dataclass(frozen=True, slots=True)
class Material:
    """What a model would be told, with its digest."""

    brief: Brief
    digest: str
    candidates: Mapping[Ref, Candidate]
    """What may be named, by ref."""

    def sealed(self, cipher: Cipher) -> bytes:
        """As it is kept: words of tasks and of agents, and nothing that was said before."""
        return cipher.seal(CONTEXT, json.dumps(told(self.brief), ensure_ascii=False, separators=(",", ":")))


@dataclass(frozen=True, slots=True)
class Briefs:
    """Makes briefs."""

    kit: Kit
    known: Callable[[UserId], Awaitable[Standing]]
    sources: Sources
    consents: Consents
    contexts: Contexts
    knowledge: Knowledge
    memory: Memory

    async def material(self, user: UserId) -> Material:
        """What a model would be told of the person now; it is written during a meeting for the time after it."""
        known = await self.known(user)
        view = replace(known.view, context=replace(known.view.context, meeting_until=None))
        granted, standing, knowledge, lately = await asyncio.gather(
            self.consents.granted(user=user),
            self.contexts.standing(user=user, busy=view.busy),
            self.knowledge.known(user=user),
            self.memory.lately(user),
        )
        chosen = await self._likeliest(view, known.decider) if TITLES in granted else []
        thoughts = speakable(view)
        words = await self.sources.wordings(user=user, refs=[one.facts.ref for one in chosen]) if chosen else {}
        brief = Brief(
            user=user,
            context=view.context,
            language=view.language,
            things=tuple(_thing(one, words[one.facts.ref]) for one in chosen if one.facts.ref in words),
            snippets=known.snippets,
            thoughts=thoughts,
            contexts=standing.contexts,
            preferences=preferences(known.profile, knowledge),
            said=lately.said,
            prints=lately.prints,
            clouds=clouds(granted),
            count=min(COUNT + len(thoughts), MOST),
        )
        text = json.dumps(told(brief), sort_keys=True, ensure_ascii=False)
        about = [candidate(one, "insight", SOURCE) for one in thoughts]
        return Material(brief, self.kit.keys.digest("prompt", text), {one.facts.ref: one for one in (*chosen, *about)})

    async def _likeliest(self, view: UserView, decider: Decider) -> list[Candidate]:
        """What every rule keeps, in the order of whoever decides."""
        decision = await pipeline.run(
            view, house.PARTS, decider.policy, decider.state,
            id=DecisionId(""), seed=0, gather=asyncio.gather, notes=decider.notes,
        )  # fmt: skip
        pairs = sorted(enumerate(decision.candidates), key=lambda pair: -decision.estimates[pair[0]])
        return [candidate for _, candidate in pairs if candidate.has_task][:THINGS]


def speakable(view: UserView) -> tuple[Thought, ...]:
    """The thoughts that advice or an insight could be shown of now; what the rules keep back is not told."""
    found: list[Thought] = []
    for one in view.thoughts:
        kept, _ = sift(view, [candidate(one, kind, SOURCE) for kind in KINDS], house.FILTERS)
        kinds = {each.kind for each in kept}
        if "advice" in kinds or ("insight" in kinds and one.insight):
            found.append(replace(one, insight=one.insight and "insight" in kinds))
    return tuple(found)


def preferences(profile: Profile, knowledge: Sequence[Known]) -> dict[str, str]:
    """The global preferences that bear on words, in their text forms: not those of how a page looks or is used."""
    said = {"language": profile.language, "zone": profile.zone, "day_ends_at": f"{profile.day_ends_at:%H:%M}"}
    return said | {one.key: str(one.value) for one in knowledge if one.scope == GLOBAL}


def told(brief: Brief) -> dict[str, Any]:
    """What of a brief a model's words follow from, as JSON: without the moment, which changes by itself, and without
    what was said before, which changes with every tip.
    """
    return {
        "language": brief.language,
        "day": today(brief.context).isoformat(),
        "zone": brief.context.zone,
        "things": [
            {"facts": json.loads(facts_text(one.facts)), "topic": one.topic, "title": one.title, "project": one.project}
            for one in sorted(brief.things, key=lambda one: one.facts.ref)  # their order changes with the hour
        ],
        "snippets": [asdict(one) for one in brief.snippets],
        "thoughts": [
            {"ref": one.ref, "version": one.version, "text": one.text, "insight": one.insight}
            for one in sorted(brief.thoughts, key=lambda one: one.ref)
        ],
        "contexts": sorted(brief.contexts),
        "preferences": dict(brief.preferences),
        "clouds": sorted(brief.clouds),
        "count": brief.count,
    }


def context_json(cipher: Cipher, sealed: bytes | None) -> object:
    """What a model would be told, as its person may read it; None when it is forgotten."""
    return None if sealed is None else json.loads(cipher.open(CONTEXT, sealed))


def _thing(candidate: Candidate, wording: Wording) -> Thing:
    return Thing(candidate.facts, candidate.topic, wording.title, wording.project)
