"""Every agent that is found passes the same suite, whoever wrote it, and reads features that there are."""

from __future__ import annotations

import pytest

from oo.contracts.consents import CONSENTS
from oo.contracts.manifests import AgentManifest
from oo.kernel.plugins import discover
from oo.ml.features.registry import FEATURES
from oo.testing.agents import CHECKS, Case

FOUND = discover("agents", AgentManifest.model_validate)
CASES = [Case(plugin.id, plugin.load(), plugin.manifest) for plugin in FOUND.plugins.values()]


def test_every_agent_is_whole() -> None:
    assert [broken.reason for broken in FOUND.broken] == []
    assert {"overdue_task", "momentum", "time_of_day", "recent_patterns", "focus_area"} <= set(FOUND.plugins)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_what_an_agent_declares_is_there(case: Case) -> None:
    assert set(case.manifest.features) <= set(FEATURES)
    assert set(case.manifest.consents) <= set(CONSENTS)
    needed = {FEATURES[name].consent for name in case.manifest.features} - {None}
    assert needed <= set(case.manifest.consents), "it reads features without the consent that they need"


@pytest.mark.anyio
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
async def test_the_agent_keeps_the_promise(case: Case, check: object) -> None:
    assert callable(check)
    await check(case)
