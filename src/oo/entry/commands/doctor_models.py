"""What `oo doctor` looks at where a model writes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from oo.entry.commands.doctor import Finding
from oo.kernel.settings import Settings
from oo.ml.serving import gateway
from oo.ml.serving.llm import EMBEDDER, TIP_GENERATOR, ModelFailed

_MENDS = {
    "unreachable": "it does not answer; start it (make gateway), or mend OO_LLM_URL. Until then the composer writes",
    "timeout": "it takes more than five seconds to say what it has; look at its log",
    "key": "it refuses the key; OO_LLM_KEY has to be its LITELLM_MASTER_KEY",
}


def findings(settings: Settings) -> Iterator[Finding]:
    """Whether the gateway answers, and has what oO asks for."""
    there = gateway(settings)
    assert there is not None
    try:
        found = asyncio.run(there.aliases())
    except ModelFailed as failure:
        yield Finding("the gateway to models", _MENDS.get(failure.reason, "it answers with an error; look at its log"))
        return
    yield Finding("the gateway to models answers")
    wanted = (TIP_GENERATOR, EMBEDDER, *(f"{TIP_GENERATOR}-{name}" for name in settings.llm_clouds))
    for alias in wanted:
        is_there = alias in found or f"{alias}:latest" in found  # as Ollama itself names what was copied
        yield Finding(
            f"the alias {alias}", None if is_there else "no model has this name there; infra/litellm shows how"
        )
