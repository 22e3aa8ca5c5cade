"""A real nats-server and a bench, for the tests of this folder."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from oo.kernel.nats.tests.grounds import Ground, ground_in
from oo.testing.nats import NatsServer, NoServer, nats_server


@pytest.fixture
def server(tmp_path: Path) -> Iterator[NatsServer]:
    try:
        with nats_server(tmp_path / "nats") as running:
            yield running
    except NoServer as missing:
        pytest.skip(str(missing))


@pytest.fixture
async def ground(tmp_path: Path, server: NatsServer) -> AsyncIterator[Ground]:
    async with ground_in(tmp_path, server, "lena", "otto") as made:
        yield made
