"""Has candidates written: asks the model, checks what it says, lets it mend twice, and falls back on the composer."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from oo.contracts.decisions import Candidate, Kind
from oo.contracts.words.voice import Voice, voice
from oo.contracts.writing import Brief, Egress, Generated, Print, Refusal, TipCandidate
from oo.engine.composer import CONTENT_LIMIT, compose
from oo.engine.when import today, zone_of
from oo.ml.serving.critic import criticised
from oo.ml.serving.inventions import invented, stated
from oo.ml.serving.lexicon import Lexicon, lexicon
from oo.ml.serving.llm import TIP_GENERATOR, Gateway, Message, ModelFailed, Said
from oo.ml.serving.naming import Fault, Names, filled, names
from oo.ml.serving.prints import print_of
from oo.ml.serving.prompts import CURRENT, Prompt, prompt
from oo.ml.serving.reading import Draft, drafts
from oo.ml.serving.telling import form, mending, messages
from oo.ml.serving.worth import nothing_to_say

Check: TypeAlias = Callable[[str, Sequence[str], Names, Lexicon, Kind], Sequence[Fault]]

REPAIRS = 2
LEAST_SECONDS = 0.3
"""With less time left no model is asked again."""
_KEPT = 300


@dataclass(slots=True)
class _Course:
    """What has come of asking so far."""

    until: float
    alias: str
    tries: int = 0
    sent: int = 0
    good: list[TipCandidate] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes candidates from briefs; without a gateway they are the composer's."""

    gateway: Gateway | None
    monotonic: Callable[[], float]
    version: str = CURRENT
    """Of the prompt."""
    alias: str = TIP_GENERATOR
    clouds: frozenset[str] = frozenset()
    """Providers whose models the gateway has, each as this alias, a hyphen and its name."""
    check: Check = invented
    """What finds inventions; a test takes it away to see that it is needed."""

    async def generate(self, brief: Brief, seconds: float) -> Generated:
        """See `Serving.generate`."""
        tongue = voice(brief.language, zone_of(brief.context.zone), today(brief.context))
        words = lexicon(brief.language)
        quiet = nothing_to_say(brief)
        if quiet is not None or self.gateway is None or words is None:
            missing = "no gateway" if self.gateway is None else "language"
            return Generated(self._composed(brief, tongue), why=quiet or missing)
        # Whose model writes is settled here, by what the person chose: what is asked falls back on nobody else.
        cloud = min(brief.clouds & self.clouds, default="")
        course = _Course(self.monotonic() + seconds, f"{self.alias}-{cloud}" if cloud else self.alias)
        try:
            why = await self._written(self.gateway, brief, words, tongue, course)
        except ModelFailed as failure:
            course.sent += failure.sent
            why = failure.reason
        to = cloud or ("" if self.gateway.is_here else "network")
        egress = Egress(course.sent, to) if to else Egress()
        good = tuple(replace(one, egress=egress) for one in course.good) or self._composed(brief, tongue)
        return Generated(good, tuple(course.refused), why, course.tries, egress)

    async def _written(
        self, gateway: Gateway, brief: Brief, words: Lexicon, tongue: Voice, course: _Course
    ) -> str | None:
        """Ask until something can be shown; why there is nothing, or None."""
        known = names(brief.things, brief.context, brief.language, tongue, brief.thoughts)
        used = prompt(self.version)
        turns = messages(used, brief, known)
        schema = form(known, brief.count)
        before = ""
        while True:
            left = course.until - self.monotonic()
            if left < LEAST_SECONDS:
                return "timeout"
            course.tries += 1
            said = await gateway.chat(course.alias, turns, seconds=left, schema=schema, name="tips")
            course.sent += said.sent
            mends = self._sifted(said, brief, known, words, used, course)
            if course.good:
                return None
            if course.tries > REPAIRS or said.text == before:  # who says the same again has nothing else to say
                return "refused"
            before = said.text
            turns = self._again(turns, said, mends)

    def _sifted(
        self, said: Said, brief: Brief, known: Names, words: Lexicon, used: Prompt, course: _Course
    ) -> list[str]:
        """Keep what can be shown, note what can't; what the model has to mend."""
        found, unread = drafts(said.text, brief.count)
        mends = [one.mend for one in unread]
        course.refused += [_refusal("form", one.text, said, used) for one in unread]
        before = [*brief.prints]
        for draft in found:
            fault = self._fault(draft, known, words, before, used)
            if fault is not None:
                course.refused.append(_refusal(fault.reason, draft.text, said, used))
                mends.append(fault.mend)
                continue
            candidate = self._candidate(draft, known, words, said, used)
            before.append(candidate.print)
            course.good.append(candidate)
        return mends

    def _again(self, turns: list[Message], said: Said, mends: list[str]) -> list[Message]:
        return [*turns[:2], *mending(said.text, " ".join(dict.fromkeys(mends)))]

    def composed(self, brief: Brief) -> tuple[TipCandidate, ...]:
        """The composer's candidates, at once."""
        return self._composed(brief, voice(brief.language, zone_of(brief.context.zone), today(brief.context)))

    def _fault(
        self, draft: Draft, known: Names, words: Lexicon, before: Collection[Print], used: Prompt
    ) -> Fault | None:
        """The gravest fault: what is invented first, for only a template that invents nothing can be filled."""
        if faults := self.check(draft.text, draft.evidence, known, words, draft.kind):
            return faults[0]
        return stated(draft.text, words, draft.kind) or next(
            criticised(draft.text, known, words, before, draft.kind, used.examples), None
        )

    def _candidate(self, draft: Draft, known: Names, words: Lexicon, said: Said, used: Prompt) -> TipCandidate:
        content = filled(draft.text, known)
        inventions = [
            one for one in self.check(draft.why, draft.evidence, known, words, draft.kind) if one.reason != "unnamed"
        ]
        return TipCandidate(
            content=content,
            kind=draft.kind,
            source="orchestrator",
            confidence=draft.confidence,
            evidence=tuple(known.ref(name) for name in dict.fromkeys(draft.evidence)),
            rationale="" if inventions else filled(draft.why, known),
            model=said.model,
            prompt_version=used.version,
            prompt_hash=used.hash,
            print=print_of(content),
        )

    def _composed(self, brief: Brief, tongue: Voice) -> tuple[TipCandidate, ...]:
        """What needs no model: the things' own words and one true line, then what may be shown of thoughts."""
        found = []
        for thing in brief.things[: brief.count]:
            candidate = Candidate(thing.facts.ref, "task", thing.topic, thing.facts)
            said = compose(candidate, thing.title, brief.context, tongue, brief.snippets)
            found.append(TipCandidate(said.content, "task", "composer", 0.5, (thing.facts.ref,), said.why))
        shown = [one for one in brief.thoughts if one.insight and len(one.text) <= CONTENT_LIMIT]
        found += [TipCandidate(one.text, "insight", "composer", one.confidence, (one.ref,), "") for one in shown]
        return tuple(found[: brief.count])


def worth_asking(brief: Brief) -> bool:
    """Whether a model would be asked at all: there is something to say, in a language whose words are known."""
    return nothing_to_say(brief) is None and lexicon(brief.language) is not None


def _refusal(reason: str, text: str, said: Said, used: Prompt) -> Refusal:
    return Refusal(reason, text[:_KEPT], said.model, used.version, used.hash)
