"""Is anything worth saying? Asked before a model is, because most of the time the task's own words are the best."""

from __future__ import annotations

from oo.contracts.writing import Brief, Thing

CONFIDENT = 0.3
"""Below that, what an agent says is no reason to write."""


def nothing_to_say(brief: Brief) -> str | None:
    """Why no model needs to be asked; None when there is something to say beyond the tasks' titles.

    Nothing may be shown during a meeting; and of a task of which nothing is known beside its words, a model could only
    make more words. A thought alone is something to say.
    """
    if not brief.things and not brief.thoughts:
        return "nothing to name"
    if brief.context.meeting_until is not None:
        return "in a meeting"
    spoken_of = {ref for one in brief.snippets if one.confidence >= CONFIDENT for ref in one.evidence}
    sure = {one.confidence for one in brief.thoughts} | {one.confidence for one in brief.snippets if not one.evidence}
    if max(sure, default=0.0) >= CONFIDENT:
        return None
    if any(thing.facts.ref in spoken_of or _is_known(thing) for thing in brief.things):
        return None
    return "nothing to say"


def _is_known(thing: Thing) -> bool:
    facts = thing.facts
    return bool(
        facts.due or facts.priority or facts.started or facts.minutes or facts.series or facts.added or facts.project
    )
