"""The shipped server on Postgres, on a durable server of its own on this machine."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

from benchmarks.load import post, run
from benchmarks.report import Figure
from benchmarks.seed import people
from benchmarks.server import Server, bare, free_port, oo, serving
from oo.testing.postgres import fresh, server

ROUNDS = 5
STANDING = 3_000


def postgres() -> Iterator[Figure]:
    """Recommend, answered with the tip that stands: CPU of oO's process for each request, against a bare handler."""
    with _on_postgres() as data:
        [member] = people(data, 1, tasks=50)
        port, other = free_port(), free_port()
        with serving(oo(data, port), port) as ours, serving(bare(other), other) as floor:
            ask = [post("/api/recommend", cookie=member.cookie, port=port)] * STANDING
            nothing = [post("/bare", port=other)] * STANDING
            run(port, ask[:200], 4)
            run(other, nothing[:200], 4)
            pairs = [(_cpu(ours, ask), _cpu(floor, nothing)) for _ in range(ROUNDS)]
    yield Figure(
        "on Postgres: recommend with the standing tip, CPU against a bare handler",
        median(a / b for a, b in pairs),
        "x",
        "≤ 5",
        5.0,
        f"{median(a for a, _ in pairs) * 1e6:.0f} µs against {median(b for _, b in pairs) * 1e6:.0f} µs a request",
    )


@contextlib.contextmanager
def _on_postgres() -> Iterator[Path]:
    """A data folder, and settings that name an empty database, for this process and those that it starts."""
    with tempfile.TemporaryDirectory() as folder, server(quick=False) as running:
        with fresh(running, Path(folder), empty=True) as url:
            os.environ["OO_DATABASE_URL"] = url
            try:
                yield Path(folder)
            finally:
                del os.environ["OO_DATABASE_URL"]


def _cpu(measured: Server, requests: list[bytes]) -> float:
    before = measured.cpu()
    result = run(measured.port, requests, 4)
    assert set(result.statuses) == {200}, result.statuses
    return (measured.cpu() - before) / result.requests


BENCHES: tuple[Callable[[], Iterator[Figure]], ...] = (postgres,)
