"""What is laid out for a new plugin runs at once, and passes the suite of its kind."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from oo.contracts.manifests import SEAMS, AgentManifest, ChannelManifest, ConnectorManifest, Manifest
from oo.kernel.plugins import Plugin, discover
from oo.testing import agents, channels, connectors, remotes
from oo.testing.channel_cases import Case
from oo.testing.scaffold import KINDS, SEAM_OF, lay_out


def laid_out(kind: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Plugin[Manifest]:
    seam = SEAM_OF[kind]
    home = folder / f"of_{kind}s" / seam
    home.mkdir(parents=True)
    for package in (home.parent, home):
        (package / "__init__.py").write_text("")
    lay_out(kind, "good_night", home)
    monkeypatch.syspath_prepend(folder)
    check = SEAMS[seam].model_validate
    found = discover(seam, check, root=home.parent, package=home.parent.name, points=())
    assert found.broken == ()
    return found.plugins["good_night"]


@pytest.mark.anyio
async def test_a_new_agent_passes_the_suite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plugin = laid_out("agent", tmp_path, monkeypatch)
    assert isinstance(plugin.manifest, AgentManifest)
    for check in agents.CHECKS:
        await check(agents.Case(plugin.id, plugin.load(), plugin.manifest))


@pytest.mark.anyio
async def test_a_new_connector_passes_the_suite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plugin = laid_out("connector", tmp_path, monkeypatch)
    assert isinstance(plugin.manifest, ConnectorManifest)
    samples = {"things.good_night": b"Call the plumber\nWater the plants\n"}
    for check in connectors.CHECKS:
        await check(connectors.Case(plugin.id, plugin.load(), plugin.manifest, samples))


@pytest.mark.anyio
async def test_a_new_connector_of_accounts_passes_the_suite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plugin = laid_out("account", tmp_path, monkeypatch)
    assert isinstance(plugin.manifest, ConnectorManifest)
    assert plugin.manifest.oauth is not None
    assert plugin.manifest.oauth.provider == "goodnight"
    recordings = remotes.recordings(connectors.samples(plugin.folder))
    for check in remotes.CHECKS:
        await check(remotes.Remote(plugin.id, plugin.load(), plugin.manifest, recordings))


@pytest.mark.anyio
async def test_a_new_channel_passes_the_suite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plugin = laid_out("channel", tmp_path, monkeypatch)
    assert isinstance(plugin.manifest, ChannelManifest)
    for check in channels.CHECKS:
        await check(Case(plugin.id, plugin.load(), plugin.manifest, plugin.package))


@pytest.mark.parametrize("kind", KINDS)
def test_a_name_that_is_taken_or_none_is_refused(kind: str, tmp_path: Path) -> None:
    lay_out(kind, "good_night", tmp_path)
    with pytest.raises(ValueError, match="is there already"):
        lay_out(kind, "good_night", tmp_path)
    with pytest.raises(ValueError, match="can't be an id"):
        lay_out(kind, "Good night", tmp_path)


def test_the_command_says_what_it_needs() -> None:
    command = [sys.executable, "-m", "oo.testing.scaffold"]
    for words, told in (([], "agent or connector or account"), (["agent", ""], "make new-agent")):
        ended = subprocess.run([*command, *words], capture_output=True, text=True, check=False)
        assert ended.returncode == 2 and told in ended.stderr
