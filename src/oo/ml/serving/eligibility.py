"""Whether an agent takes part for a person now, and if not, why."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from oo.contracts.manifests import AgentManifest


@dataclass(frozen=True, slots=True)
class Standing:
    """What a person allows: consents granted, contexts that are on, agents switched off."""

    consents: frozenset[str] = frozenset()
    contexts: frozenset[str] = frozenset()
    off: frozenset[str] = frozenset()


def why_not(agent: str, manifest: AgentManifest, standing: Standing) -> str | None:
    """Why an agent does not take part, as a stable reason; None when it does.

    >>> why_not("habit", AgentManifest(name="", summary="", version="1.0.0", ttl_minutes=5, consents=("mood_habits",)),
    ...         Standing())
    'consent:mood_habits'
    """
    if manifest.stage == "retired":
        return "retired"
    if agent in standing.off:
        return "off"
    missing = _first_missing(manifest.consents, standing.consents)
    if missing is not None:
        return f"consent:{missing}"
    silencing = sorted(standing.contexts & set(manifest.silenced_in))
    return f"context:{silencing[0]}" if silencing else None


def _first_missing(wanted: Collection[str], granted: Collection[str]) -> str | None:
    return next((one for one in wanted if one not in granted), None)
