"""Running one agent: it gets a view cut down to what it declared, and its parameters."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from oo.contracts.agents import Agent, Kit, Snippet, Value
from oo.contracts.asking import snippet_text
from oo.contracts.decisions import UserView
from oo.contracts.manifests import AgentManifest
from oo.contracts.serving import Heard, Standing
from oo.contracts.words.voice import Voice
from oo.ml.serving.eligibility import why_not

CALENDAR = "calendar_times"
"""The consent without which an agent sees no busy times."""
_AGAIN = timedelta(minutes=15)
"""When an agent that failed is asked once more."""


async def run_agent(
    name: str,
    manifest: AgentManifest,
    agent: Agent,
    view: UserView,
    standing: Standing,
    voice: Voice,
    parameters: Mapping[str, Value],
) -> Heard:
    """What the agent says now; its failing is told, not raised."""
    until = view.context.now + timedelta(minutes=manifest.ttl_minutes)
    reason = why_not(name, manifest, standing)
    if reason is not None:
        return Heard(name, manifest.version, until, why_not=reason)
    try:
        snippet = await agent.compute(narrowed(view, manifest), Kit(voice, parameters))
    except Exception as error:  # an agent may fail alone
        failed = f"failed:{type(error).__name__}"
        return Heard(name, manifest.version, view.context.now + _AGAIN, why_not=failed)
    return Heard(name, manifest.version, until, snippet, digest=digest(manifest.version, snippet))


def narrowed(view: UserView, manifest: AgentManifest) -> UserView:
    """The view with no other features than the declared ones, no busy times without the consent for them, no holds."""
    wanted = set(manifest.features)
    calendar = CALENDAR in manifest.consents
    context = view.context
    if not calendar and (context.meeting_until or context.free_until):
        context = replace(context, meeting_until=None, free_until=None)
    return UserView(
        user=view.user,
        context=context,
        facts=view.facts,
        busy=view.busy if calendar else (),
        features={name: value for name, value in view.features.items() if name in wanted},
        task_features={name: values for name, values in view.task_features.items() if name in wanted},
        language=view.language,
        connected=view.connected,
        stale_since=view.stale_since,
    )


def digest(version: str, snippet: Snippet | None) -> str:
    """A short hash of what was said by which version."""
    text = "" if snippet is None else snippet_text(snippet)
    return hashlib.blake2b(f"{version} {text}".encode(), digest_size=12).hexdigest()
