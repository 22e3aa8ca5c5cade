"""What an agent's thought is called, and how a snippet that may be a tip is kept."""

from __future__ import annotations

from oo.contracts.agents import Snippet
from oo.contracts.asking import snippet_of, snippet_text
from oo.contracts.thoughts import agent_of, thought_ref


def test_a_thought_is_called_by_its_agent_and_a_task_is_nobodys_thought() -> None:
    assert agent_of(thought_ref("momentum")) == "momentum"
    assert agent_of("01JD0000000000000000000000:42") is None


def test_a_snippet_keeps_whether_it_may_be_a_tip() -> None:
    for insight in (False, True):
        said = Snippet("A strong day.", {"done": 6.0}, confidence=0.5, insight=insight)
        assert snippet_of(snippet_text(said)) == said


def test_what_was_kept_before_there_were_insights_is_read() -> None:
    assert snippet_of('["Hi.",{},[],0.5,""]') == Snippet("Hi.", {}, (), 0.5)
