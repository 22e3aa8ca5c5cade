"""Tips about what an agent knows: whose it is, and their words."""

from __future__ import annotations

from oo.contracts.thoughts import Thought, agent_of
from oo.contracts.words.voice import Say, Voice
from oo.contracts.writing import TipCandidate
from oo.engine.composer import tell
from oo.kernel.module import Kit
from oo.modules.recommender.words import Words, by


class Naming:
    """Names agents as their manifests do."""

    def __init__(self, kit: Kit) -> None:
        self._plugins = kit.plugins.get("agents", {})

    def name(self, ref: str, t: Say) -> str | None:
        """The name of the agent whose thought this is, also of one that is gone; None for a task."""
        agent = agent_of(ref)
        if agent is None:
            return None
        return t(self._plugins[agent].manifest.name) if agent in self._plugins else agent

    def words(self, thought: Thought, said: TipCandidate | None, voice: Voice) -> Words:
        """The words of a tip about a thought: of a model where one wrote, and the agent's own else."""
        agent, name = agent_of(thought.ref), self.name(thought.ref, voice.t)
        assert agent is not None and name is not None
        told = tell(thought, name, voice, None if said is None else said.content)
        return Words(
            content=told.content,
            why=told.why,
            title=thought.text,
            connector=agent,
            source_name=name,
            where=None,
            writable=False,
            **({} if said is None else by(said)),
        )
