"""Every connector that is found passes the same suite, whoever wrote it."""

from __future__ import annotations

import pytest

from oo.contracts.manifests import ConnectorManifest
from oo.kernel.plugins import discover
from oo.testing import remotes
from oo.testing.connectors import CHECKS, Case, samples
from oo.testing.remotes import Remote, recordings

FOUND = discover("connectors", ConnectorManifest.model_validate)
HERE = [one for one in FOUND.plugins.values() if one.manifest.kind in ("files", "document")]
CASES = [Case(plugin.id, plugin.load(), plugin.manifest, samples(plugin.folder)) for plugin in HERE]
REMOTES = [
    Remote(plugin.id, plugin.load(), plugin.manifest, recordings(samples(plugin.folder)))
    for plugin in FOUND.plugins.values()
    if plugin not in HERE
]


def test_every_connector_is_whole() -> None:
    assert [broken.reason for broken in FOUND.broken] == []
    assert {"todotxt", "ics", "mind", "google_calendar", "caldav", "calendar_feed"} <= set(FOUND.plugins)


@pytest.mark.anyio
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
async def test_the_connector_keeps_the_promise(case: Case, check: object) -> None:
    assert callable(check)
    await check(case)


@pytest.mark.anyio
@pytest.mark.parametrize("check", remotes.CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("case", REMOTES, ids=lambda case: case.id)
async def test_the_connector_of_a_server_keeps_the_promise(case: Remote, check: object) -> None:
    assert callable(check)
    await check(case)
