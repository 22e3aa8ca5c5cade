"""`oo doctor` names what is wrong with NATS."""

from __future__ import annotations

from pathlib import Path

import pytest

from oo.entry.commands.doctor_nats import findings
from oo.kernel.settings import Settings
from oo.testing.nats import NoServer, free_port, nats_server

pytestmark = pytest.mark.services


def mends(**settings: object) -> list[str]:
    return [found.mend for found in findings(Settings(**settings)) if found.mend]  # type: ignore[arg-type]


def test_a_server_that_waits_for_the_disk_is_well_and_another_is_named(tmp_path: Path) -> None:
    try:
        with nats_server(tmp_path / "well") as server:
            assert mends(data=tmp_path, nats_url=server.url, nats_monitor=server.monitor) == []
            [unseen] = mends(data=tmp_path, nats_url=server.url)
            assert "OO_NATS_MONITOR" in unseen
        with nats_server(tmp_path / "lazy", sync="2m") as server:
            [lazy] = mends(data=tmp_path, nats_url=server.url, nats_monitor=server.monitor)
            assert "sync_interval: always" in lazy
    except NoServer as missing:
        pytest.skip(str(missing))


def test_one_that_does_not_answer_is_said(tmp_path: Path) -> None:
    [away] = mends(data=tmp_path, nats_url=f"nats://127.0.0.1:{free_port()}")
    assert "OO_NATS_URL" in away
