"""Agents asked about many people: in a child or here, all at once or one by one, they say the same."""

from __future__ import annotations

from datetime import timedelta

import pytest

from oo.contracts.asking import Asked, Told
from oo.contracts.consents import CONSENTS
from oo.contracts.features import Kept
from oo.contracts.ids import UserId
from oo.contracts.items import facts_text
from oo.contracts.manifests import AgentManifest
from oo.contracts.serving import Standing
from oo.contracts.sources import Stocked
from oo.kernel.children import Children
from oo.kernel.plugins import discover
from oo.ml.features.fold import dump, fold, start
from oo.ml.serving.asking import FEW, ManyAsked, answers
from oo.ml.serving.local import Local
from oo.testing.agents import NOW, ZONE, lives, view

pytestmark = pytest.mark.anyio
PLUGINS = discover("agents", AgentManifest.model_validate).plugins
ALL = frozenset[str](CONSENTS)


def asked(seed: int, consents: frozenset[str] = ALL) -> Asked:
    """A made-up person, as they are kept."""
    seen = view(PLUGINS["calendar_gap"].manifest, seed)
    return Asked(
        user=UserId(f"u{seed}"),
        now=NOW + timedelta(minutes=seed),
        zone=ZONE,
        day_ends_at=seen.context.day_start.time(),
        language="de" if seed % 2 else "en",
        standing=Standing(consents),
        stock=Stocked(tuple(map(facts_text, seen.facts)), seen.busy, 1),
        kept=Kept(dump(fold(start(), lives(seed).activities))),
    )


async def test_a_child_says_what_is_said_here() -> None:
    local, children = Local(PLUGINS), Children()
    people = [asked(seed) for seed in range(FEW)]
    try:
        there = await ManyAsked(local, children).ask(people=people)
    finally:
        children.close()
    assert there == [[one for (said,) in [await answers(local, [person])] if said for one in said] for person in people]
    told: list[Told] = [one for said in there if said is not None for one in said]
    assert {one.agent for one in told} == set(PLUGINS) and sum(one.said is not None for one in told) > FEW
    assert all((one.heard.snippet is None) == (one.said is None) for one in told)


async def test_a_past_of_an_older_definition_is_not_guessed_at() -> None:
    old = Asked(**{**{name: getattr(asked(1), name) for name in Asked.__slots__}, "kept": Kept(b"{}")})
    assert await answers(Local(PLUGINS), [old, asked(2)]) == [None, *(await answers(Local(PLUGINS), [asked(2)]))]


async def test_without_the_consents_agents_say_why_they_are_silent() -> None:
    (said,) = await answers(Local(PLUGINS), [asked(3, frozenset())])
    assert said is not None
    assert all(one.said is None and (one.why_not or "").startswith("consent:") for one in said)
