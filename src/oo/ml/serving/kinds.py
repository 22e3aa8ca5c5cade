"""What each kind of tip rests on: a task on things, advice and insights on thoughts."""

from __future__ import annotations

from collections.abc import Sequence

from oo.contracts.decisions import Kind
from oo.contracts.thoughts import Thought
from oo.ml.serving.naming import Fault, Names


def offered(known: Names) -> list[Kind]:
    """The kinds that can be written of what may be named."""
    found: list[Kind] = ["task"] if known.things else []
    several = [kinds_of(thought) for thought in known.thoughts.values()]
    return found + [kind for kind in ("advice", "insight") if any(kind in one for one in several)]


def kinds_of(thought: Thought) -> tuple[Kind, ...]:
    """The kinds that a thought can be the first evidence of."""
    return ("advice", "insight") if thought.insight else ("advice",)


def misfit(kind: Kind, named: Sequence[str], known: Names) -> Fault | None:
    """The fault of a kind that doesn't fit its evidence; all that is named is there."""
    thoughts = [known.thoughts.get(one) for one in named]
    if kind == "task" and any(thoughts):
        return Fault(
            "kind", "A task rests on things such as e1 alone; what rests on a thought is advice or an insight."
        )
    if kind == "advice" and thoughts[0] is None:
        return Fault("kind", "Advice names a thought such as s1 first in its evidence; what rests on e1 is a task.")
    if kind == "insight" and not all(one is not None and one.insight for one in thoughts):
        return Fault("kind", 'An insight rests on nothing but thoughts that list "insight" among their kinds.')
    return None
