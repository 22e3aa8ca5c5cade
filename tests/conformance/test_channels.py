"""Every channel that is found passes the same suite, whoever wrote it."""

from __future__ import annotations

import pytest

from oo.contracts.manifests import ChannelManifest
from oo.kernel.plugins import discover
from oo.kernel.settings import Settings
from oo.testing.channel_cases import Case
from oo.testing.channels import CHECKS

FOUND = discover("channels", ChannelManifest.model_validate)
CASES = [Case(plugin.id, plugin.load(), plugin.manifest, plugin.package) for plugin in FOUND.plugins.values()]


def test_every_channel_is_whole_and_asks_for_settings_that_there_are() -> None:
    assert [broken.reason for broken in FOUND.broken] == []
    assert "webpush" in FOUND.plugins
    for plugin in FOUND.plugins.values():
        assert {*plugin.manifest.settings, *plugin.manifest.needs} <= set(Settings.model_fields)


@pytest.mark.anyio
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
async def test_the_channel_keeps_the_promise(case: Case, check: object) -> None:
    assert callable(check)
    await check(case)
