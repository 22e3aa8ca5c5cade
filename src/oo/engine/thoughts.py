"""Candidates that are no task: an insight states what an agent knows, advice rests on it."""

from __future__ import annotations

from oo.contracts.decisions import WITHOUT_TASK, Candidate, Kind, Topic, UserView
from oo.contracts.items import Facts
from oo.contracts.thoughts import Thought, agent_of

SOURCE = "thoughts"


def thoughts(view: UserView) -> list[Candidate]:
    """An insight for each thought that may be shown by itself; none for whom nothing is connected any more."""
    if not view.connected:
        return []
    return [candidate(one, "insight", SOURCE) for one in view.thoughts if one.insight]


def candidate(thought: Thought, kind: Kind, source: str) -> Candidate:
    """A thought as a candidate of a kind: turned away as a whole by that kind, known to its agent alone."""
    assert kind in WITHOUT_TASK
    agent = agent_of(thought.ref)
    known = {} if agent is None else {agent: round(thought.confidence, 3)}
    topic: Topic = "advice" if kind == "advice" else "insight"
    return Candidate(thought.ref, kind, topic, Facts(thought.ref, thought.version), source=source, known=known)
