"""Connectors that read in slices say in them what they say at once."""

from __future__ import annotations

import pytest

from oo.contracts.connectors import Sliced
from oo.contracts.manifests import ConnectorManifest
from oo.contracts.reading import gather
from oo.kernel.plugins import discover
from oo.testing.connectors import Case, samples

FOUND = discover("connectors", ConnectorManifest.model_validate).plugins.values()
CASES = [Case(plugin.id, plugin.load(), plugin.manifest, samples(plugin.folder)) for plugin in FOUND]
SLICED = [case for case in CASES if isinstance(case.connector, Sliced)]


def test_readers_of_large_sources_are_sliced() -> None:
    assert {"markdown", "org", "taskwarrior", "todoist_csv"} <= {case.id for case in SLICED}


@pytest.mark.anyio
@pytest.mark.parametrize("case", SLICED, ids=lambda case: case.id)
async def test_slices_together_are_what_a_pull_gives(case: Case) -> None:
    assert isinstance(case.connector, Sliced)
    whole = await case.pull()
    assert await gather(case.connector.slices(case.source(), None)) == whole
    slices = [batch async for batch in case.connector.slices(case.source(), None)]
    assert [(batch.more, bool(batch.cursor)) for batch in slices[:-1]] == [(True, False)] * (len(slices) - 1)
    assert (slices[-1].more, slices[-1].cursor) == (False, whole.cursor)
    assert [batch async for batch in case.connector.slices(case.source(), whole.cursor)] == []
