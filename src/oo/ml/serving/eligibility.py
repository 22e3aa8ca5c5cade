"""Whether an agent takes part for a person now, and if not, why."""

from __future__ import annotations

from oo.contracts.manifests import AgentManifest
from oo.contracts.serving import Standing


def why_not(agent: str, manifest: AgentManifest, standing: Standing) -> str | None:
    """Why an agent does not take part, as a stable reason; None when it does.

    >>> why_not("habit", AgentManifest(name="", summary="", version="1.0.0", ttl_minutes=5, consents=("mood_habits",)),
    ...         Standing())
    'consent:mood_habits'
    """
    if agent in standing.off:
        return "off"
    missing = next((one for one in manifest.consents if one not in standing.consents), None)
    if missing is not None:
        return f"consent:{missing}"
    silencing = sorted(standing.contexts & set(manifest.silenced_in))
    return f"context:{silencing[0]}" if silencing else None
