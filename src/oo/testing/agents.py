"""The suite that every discovered agent passes, ours or a third party's."""

from __future__ import annotations

import random
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from oo.contracts.agents import Agent, Kit, Snippet, Value, as_value
from oo.contracts.decisions import UserView
from oo.contracts.features import Activity, UserHistory, Verb
from oo.contracts.ids import Ref, UserId
from oo.contracts.items import Busy, Facts
from oo.contracts.manifests import AgentManifest
from oo.contracts.words.voice import Voice, voice
from oo.engine.composer import CONTENT_LIMIT
from oo.engine.when import context, today, zone_of

LENA = UserId("lena")
NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
ZONE = "Europe/Berlin"
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_PLACEHOLDER = re.compile(r"\{e(\d+)\.(\w+)\}")
_TIME = re.compile(r"\d\d?:\d\d")
_LONGEST = 200
LONG = 2_000
_MOST_EVIDENCE = 10


@dataclass(frozen=True, slots=True)
class Case:
    """An agent under examination."""

    id: str
    agent: Agent
    manifest: AgentManifest

    def kit(self, parameters: Mapping[str, Value] | None = None, language: str = "en") -> Kit:
        """Its kit, with the parameters' defaults but for those given."""
        known = {name: as_value(one.default) for name, one in self.manifest.parameters.items()}
        return Kit(_voice(language), {**known, **(parameters or {})})

    async def said(self, view: UserView, kit: Kit | None = None) -> Snippet | None:
        """What it says of a view."""
        return await self.agent.compute(view, kit or self.kit())


def lives(seed: int = 0, days: int = 60, now: datetime = NOW) -> UserHistory:
    """The past of a made-up person: workdays, two projects, a habit, late and early tasks."""
    chance = random.Random(seed)  # noqa: S311 - the same for the same seed
    past: list[Activity] = []
    day_now = now.date().toordinal()
    for day in range(day_now - days, day_now):
        when = datetime.combine(date.fromordinal(day), datetime.min.time(), UTC)
        for place in range(chance.randint(1, 5) if (day - 1) % 7 < 5 else chance.randint(0, 1)):
            hour = min(23.9, max(0.0, chance.gauss(9.5 if place < 3 else 15.0, 1.5)))
            at, due = when + timedelta(hours=hour), date.fromordinal(day - chance.randint(-2, 4))
            project = chance.choice(["flat", "thesis", "thesis", None])
            added = at - timedelta(days=chance.randint(0, 20))
            past.append(Activity(at, "completed", day, hour, "", f"k{len(past)}", project, None, due, added))
        if (day_now - day) % 7 == 3:
            past.append(Activity(when, "completed", day, 18.0, "", "plants", None, "plants"))
        for verb in chance.sample(["done", "snoozed", "dismissed"], 2):
            tip: Verb = verb  # type: ignore[assignment]
            past.append(Activity(when + timedelta(hours=10), tip, day, 10.0, f"t{day}{verb}", dwell_ms=4000))
    return UserHistory(LENA, now, ZONE, day_now, tuple(sorted(past, key=lambda one: one.at)))


def view(manifest: AgentManifest, seed: int = 0, now: datetime = NOW) -> UserView:
    """A made-up person's moment, with every feature that the manifest declares."""
    chance = random.Random(seed)  # noqa: S311 - the same for the same seed
    zone_day = now.date()
    facts = tuple(
        Facts(
            Ref(f"c1:{place}"),
            "v1",
            due=zone_day + timedelta(days=chance.randint(-9, 9)) if chance.random() < 0.7 else None,
            project=chance.choice(["flat", "thesis", None]),
            series="plants" if place == 0 else None,
            minutes=chance.choice([None, 10, 25, 90]),
            priority=chance.randint(0, 3),
        )
        for place in range(8)
    )
    start = now + timedelta(minutes=chance.randint(15, 90))
    busy = (Busy(start, start + timedelta(hours=1)),)
    whole = UserView(LENA, context(now, ZONE, busy=busy), facts, busy)
    per_task = {name: {str(one.ref): _number(name, chance) for one in facts} for name in manifest.features}
    return replace(whole, features={name: _number(name, chance) for name in manifest.features}, task_features=per_task)


async def it_is_silent_when_it_knows_nothing(case: Case) -> None:
    """An empty view, and every parameter at its default: there is nothing to say."""
    empty = UserView(LENA, context(NOW, ZONE))
    assert await case.said(empty) is None
    assert not case.agent.infer(UserHistory(LENA, NOW, ZONE, NOW.date().toordinal()))


async def the_same_view_gives_the_same_words(case: Case) -> None:
    """It is deterministic."""
    for seed in range(20):
        known = _inferred(case, lives(seed))
        said = [await case.said(view(case.manifest, seed), case.kit(known)) for _ in range(2)]
        assert said[0] == said[1]
        assert dict(case.agent.infer(lives(seed))) == dict(case.agent.infer(lives(seed)))


async def it_survives_missing_features(case: Case) -> None:
    """Any declared feature may have no value: it says less, and doesn't break."""
    for seed in range(10):
        whole = view(case.manifest, seed)
        for name in case.manifest.features:
            features = {one: value for one, value in whole.features.items() if one != name}
            per_task = {one: values for one, values in whole.task_features.items() if one != name}
            await case.said(replace(whole, features=features, task_features=per_task))
            await case.said(replace(whole, task_features={one: {} for one in whole.task_features}))


async def it_survives_absurd_pasts(case: Case) -> None:
    """Dates at the calendar's ends, a clock that goes back, and one thing done a thousand times."""
    base = lives(1).activities
    wild = [replace(one, due=date.min if place % 2 else date.max, day=1 + place) for place, one in enumerate(base)]
    for past in (tuple(wild), tuple(reversed(base)), base[:1] * 1000):
        case.agent.infer(UserHistory(LENA, NOW, ZONE, NOW.date().toordinal(), past))
    far = [Facts(Ref(f"c1:{place}"), "v1", due=due) for place, due in enumerate((date.min, date.max))]
    await case.said(replace(view(case.manifest), facts=tuple(far)))


async def its_text_holds_nothing_that_its_facts_do_not(case: Case) -> None:
    """Every number stands in the facts, every placeholder names evidence that there is, in a short text."""
    heard = 0
    for language in ("en", "de"):
        for seed in range(60):
            moment = NOW + timedelta(hours=seed % 24)
            known = _inferred(case, lives(seed))
            seen = view(case.manifest, seed, moment)
            snippet = await case.said(seen, case.kit(known, language))
            if snippet is None:
                continue
            heard += 1
            assert 0 < len(snippet.text) <= _LONGEST and 0 <= snippet.confidence <= 1
            assert not snippet.insight or (not snippet.evidence and len(snippet.text) <= CONTENT_LIMIT), snippet
            assert set(snippet.evidence) <= {one.ref for one in seen.facts}
            places = _PLACEHOLDER.findall(snippet.text)
            assert all(1 <= int(place) <= len(snippet.evidence) for place, _ in places)
            plain = _TIME.sub("", _PLACEHOLDER.sub("", snippet.text))
            numbers = {f"{value:g}" for value in snippet.facts.values() if isinstance(value, float)}
            assert {number.replace(",", ".") for number in _NUMBER.findall(plain)} <= numbers, snippet
    assert heard, "none of sixty people's moments made it say anything"


async def it_reads_only_what_it_declared(case: Case) -> None:
    """Features that it did not declare change nothing."""
    for seed in range(20):
        known, seen = case.kit(_inferred(case, lives(seed))), view(case.manifest, seed)
        others = {"completion_rate": 0.99, "dismiss_rate": 0.01, "dwell_seconds": 1.0}
        more = {name: value for name, value in others.items() if name not in case.manifest.features}
        assert await case.said(seen, known) == await case.said(replace(seen, features={**seen.features, **more}), known)


async def it_infers_only_what_it_declared(case: Case) -> None:
    """What it infers is in its manifest, of the kind that the default is."""
    for seed in range(10):
        for name, found in case.agent.infer(lives(seed)).items():
            assert name in case.manifest.parameters, f"{name} is not in the manifest's parameters"
            default = as_value(case.manifest.parameters[name].default)
            assert isinstance(found.value, Mapping if isinstance(default, Mapping) else type(default)), name
            assert found.n > 0 and 0 <= found.confidence <= 1


async def what_it_infers_can_be_read(case: Case) -> None:
    """Everything inferred is visible, so each parameter has a sentence for Settings; an empty value has one, too."""
    for name, one in case.manifest.parameters.items():
        assert "{value}" in one.says, f"{name} has no `says` with {{value}}: a person could not see what is inferred"
        several = isinstance(one.default, list | dict)
        assert one.says_none or not several, f"{name} has no `says_none`, and an empty value could not be seen"
        assert not any("{" in said for said in (one.says_one, one.says_none)), name


async def its_words_do_not_age(case: Case) -> None:
    """What it says counts as long as its manifest says, so a minute later it would say the same."""
    for seed in range(20):
        known, soon = case.kit(_inferred(case, lives(seed))), NOW + timedelta(minutes=1)
        now, later = view(case.manifest, seed), view(case.manifest, seed)
        later = replace(later, context=context(soon, ZONE, busy=later.busy))
        assert await case.said(now, known) == await case.said(later, known)


async def it_survives_a_clock_that_goes_back(case: Case) -> None:
    """Now may lie before what happened last."""
    for seed in range(5):
        past = lives(seed)
        back = NOW - timedelta(days=30)
        history = UserHistory(LENA, back, ZONE, back.date().toordinal(), past.activities)
        await case.said(view(case.manifest, seed, back), case.kit(_inferred(case, history)))


async def it_survives_a_long_list(case: Case) -> None:
    """A long list is no reason to fail, or to name more than a few."""
    whole = view(case.manifest, 3)
    facts = tuple(replace(whole.facts[n % 8], ref=Ref(f"c1:{n}")) for n in range(LONG))
    per_task = {
        name: {f"c1:{n}": values[f"c1:{n % 8}"] for n in range(LONG)} for name, values in whole.task_features.items()
    }
    snippet = await case.said(replace(whole, facts=facts, task_features=per_task), case.kit(_inferred(case, lives(3))))
    assert snippet is None or len(snippet.evidence) <= _MOST_EVIDENCE


def _inferred(case: Case, history: UserHistory) -> dict[str, Value]:
    return {name: found.value for name, found in case.agent.infer(history).items()}


def _number(name: str, chance: random.Random) -> float:
    if name.startswith("is_"):
        return float(chance.random() < 0.5)
    return float(chance.randint(-9, 9)) if "distance" in name else float(chance.randint(0, 60))


def _voice(language: str) -> Voice:
    zone = zone_of(ZONE)
    return voice(language, zone, today(context(NOW, ZONE)))


CHECKS: Sequence[Callable[[Case], Awaitable[None]]] = (
    it_is_silent_when_it_knows_nothing,
    the_same_view_gives_the_same_words,
    it_survives_missing_features,
    it_survives_absurd_pasts,
    it_survives_a_clock_that_goes_back,
    it_survives_a_long_list,
    its_words_do_not_age,
    its_text_holds_nothing_that_its_facts_do_not,
    it_reads_only_what_it_declared,
    it_infers_only_what_it_declared,
    what_it_infers_can_be_read,
)
