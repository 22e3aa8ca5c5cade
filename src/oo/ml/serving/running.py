"""Running agents: each gets a view cut down to what it declared, and its parameters; what it says is checked."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from oo.contracts.agents import Agent, Kit, Snippet, Value
from oo.contracts.decisions import UserView
from oo.contracts.manifests import AgentManifest
from oo.contracts.words.voice import Voice

CALENDAR = "calendar_times"
"""The consent without which an agent sees no busy times."""


@dataclass(frozen=True, slots=True)
class Said:
    """What an agent said, as it is kept: None is silence, which counts for as long as words do."""

    agent: str
    version: str
    snippet: Snippet | None
    until: datetime
    digest: str
    """The same words, facts and evidence have the same digest; what is unchanged isn't written again."""


async def run_agent(
    name: str, manifest: AgentManifest, agent: Agent, view: UserView, voice: Voice, parameters: Mapping[str, Value]
) -> Said:
    """What the agent says now; raises what the agent raises."""
    snippet = await agent.compute(narrowed(view, manifest), Kit(voice, parameters))
    until = view.context.now + timedelta(minutes=manifest.ttl_minutes)
    return Said(name, manifest.version, snippet, until, digest(manifest.version, snippet))


def narrowed(view: UserView, manifest: AgentManifest) -> UserView:
    """The view with no other features than the declared ones, and no busy times without the consent for them."""
    wanted = set(manifest.features)
    calendar = CALENDAR in manifest.consents
    context = view.context if calendar else replace(view.context, meeting_until=None, free_until=None)
    return replace(
        view,
        context=context,
        busy=view.busy if calendar else (),
        features={name: value for name, value in view.features.items() if name in wanted},
        task_features={name: values for name, values in view.task_features.items() if name in wanted},
    )


def digest(version: str, snippet: Snippet | None) -> str:
    """A short hash of what was said by which version."""
    said = None if snippet is None else [snippet.text, dict(snippet.facts), snippet.evidence, snippet.confidence]
    text = json.dumps([version, said], sort_keys=True, default=list)
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()
