"""The rule judge: what can be said of a tip's words without taste, as a share of checks that it passes."""

from __future__ import annotations

from collections.abc import Mapping

from oo.contracts.writing import Brief, Generated, TipCandidate
from oo.engine.composer import CONTENT_LIMIT, WHY_LIMIT

CHECKS = ("written", "at once", "in time", "names its matter", "more than its title", "short", "says why")


def checks(brief: Brief, found: Generated, seconds: float, deadline: float) -> Mapping[str, bool]:
    """Each check by name; none is passed where the model wrote nothing that can be shown."""
    first = next((one for one in found.candidates if one.source == "orchestrator"), None)
    if first is None:
        return dict.fromkeys(CHECKS, False)
    titles = {thing.title for thing in brief.things}
    is_insight = first.kind == "insight"  # which is its thought's own sentence, and its own reason
    return {
        "written": True,
        "at once": found.tries == 1,
        "in time": seconds <= deadline,
        "names its matter": _names_its_matter(brief, first),
        "more than its title": first.content.rstrip(".") not in titles,
        "short": len(first.content) <= CONTENT_LIMIT,
        "says why": is_insight or 0 < len(first.rationale) <= WHY_LIMIT,
    }


def _names_its_matter(brief: Brief, said: TipCandidate) -> bool:
    """A task names its task and an insight says its thought; of advice it is enough to rest on one."""
    words = {thing.facts.ref: thing.title for thing in brief.things} | {one.ref: one.text for one in brief.thoughts}
    return said.kind == "advice" or words.get(said.evidence[0], "\0") in said.content


def score(passed: Mapping[str, bool]) -> float:
    """From 0 to 1."""
    return sum(passed.values()) / len(passed)
