"""The shipped routes with all their checks, beside bare FastAPI handlers in the same run."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.load import Result, post, run
from benchmarks.report import Figure
from benchmarks.seed import Member, people
from benchmarks.server import Server, bare, free_port, oo, serving, threaded

ROUNDS = 5
STANDING = 3_000
FRESH_PEOPLE, FRESH_ROUNDS = 60, 8
CLIENTS = 64
REACTIONS = 6_000


def standing() -> Iterator[Figure]:
    """Recommend, answered with the tip that stands: CPU of the server for each request, against a bare handler."""
    with tempfile.TemporaryDirectory() as folder:
        [member] = people(Path(folder), 1, tasks=50)
        with _both(Path(folder)) as (ours, floor):
            ask = [post("/api/recommend", cookie=member.cookie, port=ours.port)] * STANDING
            nothing = [post("/bare", port=floor.port)] * STANDING
            run(ours.port, ask[:200], 4)
            run(floor.port, nothing[:200], 4)
            pairs = [(_cpu(ours, ask, 4), _cpu(floor, nothing, 4)) for _ in range(ROUNDS)]
    yield Figure(
        "recommend with the standing tip, CPU against a bare handler",
        median(a / b for a, b in pairs),
        "x",
        "≤ 2.5",
        2.5,
        f"{median(a for a, _ in pairs) * 1e6:.0f} µs against {median(b for _, b in pairs) * 1e6:.0f} µs a request",
    )


def fresh() -> Iterator[Figure]:
    """A fresh decision over 50 candidates and more, written durably: CPU of the whole server for each request.

    Everybody asks, then turns the tip away, so that the next round is decided afresh; only the asking is counted.
    """
    with tempfile.TemporaryDirectory() as folder:
        members = people(Path(folder), FRESH_PEOPLE, tasks=50 + FRESH_ROUNDS)
        port = free_port()
        with serving(oo(Path(folder), port), port) as ours:
            asking = [post("/api/recommend", cookie=member.cookie, port=port) for member in members]
            rounds = []
            for turn in range(FRESH_ROUNDS):
                before = ours.cpu()
                result = run(port, asking, 4, keep=True)
                rounds.append((ours.cpu() - before) / result.requests)
                run(port, [_turn_away(member, body, turn, port) for member, body in _answers(members, result)], 4)
    first, *steady = rounds
    note = f"{min(steady) * 1000:.2f} to {max(steady) * 1000:.2f} ms; {first * 1000:.2f} ms at first sight of a person"
    yield Figure("fresh decision over 50 candidates, durable, CPU", median(steady) * 1000, "ms", "≤ 2", 2.0, note)


def _answers(members: Sequence[Member], result: Result) -> list[tuple[Member, dict[str, Any]]]:
    by_cookie = {member.cookie: member for member in members}
    return [(by_cookie[cookie], json.loads(body)) for cookie, body in result.bodies]


def _turn_away(member: Member, answer: dict[str, Any], turn: int, port: int) -> bytes:
    body = {"key": f"away-{turn}", "tip": answer["tip"]["id"], "action": "dismiss", "scope": "now"}
    return post("/api/feedback", json.dumps(body).encode(), cookie=member.cookie, port=port)


def feedback() -> Iterator[Figure]:
    """Feedback from 64 clients with `synchronous=FULL`, against a bare POST in the same run."""
    with tempfile.TemporaryDirectory() as folder:
        members = people(Path(folder), CLIENTS, tasks=50, tips=REACTIONS // CLIENTS)
        with _both(Path(folder)) as (ours, floor):
            reactions = _reactions(members, ours.port)
            bodies = [post("/bare-feedback", b'{"key": "k", "tip": "t", "action": "done"}', port=floor.port)] * len(
                reactions
            )
            run(floor.port, bodies[:500], CLIENTS)
            share = len(reactions) // ROUNDS
            ran = [_pair(ours, floor, reactions[n * share : (n + 1) * share], bodies[:share]) for n in range(ROUNDS)]
    speed = median(a.per_second for a, _ in ran)
    yield Figure("feedback, 64 clients, FULL: requests a second", speed, "/s", "≥ 1500", 1500, "", higher=True)
    yield Figure(
        "feedback against a bare POST",
        median(a.per_second / b.per_second for a, b in ran),
        "x",
        "≥ 0.35",
        0.35,
        "",
        higher=True,
    )
    p50, p99 = (median(a.percentile(share) for a, _ in ran) for share in (0.5, 0.99))
    yield Figure("feedback, p99", p99, "ms", "< 120", 120, f"p50 {p50:.0f} ms")


def variants() -> Iterator[Figure]:
    """Feedback as before, with units on the event loop (shipped) and in the writer's thread, in turn."""
    speeds: list[tuple[float, float]] = []
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
        ran = []
        for folder, command in ((Path(first), oo), (Path(second), threaded)):
            members = people(folder, CLIENTS, tasks=50, tips=REACTIONS // CLIENTS)
            ran.append((members, folder, command))
        ports = free_port(), free_port()
        with (
            serving(ran[0][2](ran[0][1], ports[0]), ports[0]) as loop,
            serving(ran[1][2](ran[1][1], ports[1]), ports[1]) as thread,
        ):
            requests = [
                _reactions(members, server.port) for (members, *_), server in zip(ran, (loop, thread), strict=True)
            ]
            share = len(requests[0]) // ROUNDS
            for n in range(ROUNDS):
                part = slice(n * share, (n + 1) * share)
                one, other = run(loop.port, requests[0][part], CLIENTS), run(thread.port, requests[1][part], CLIENTS)
                speeds.append((one.per_second, other.per_second))
    a, b = (median(values) for values in zip(*speeds, strict=True))
    ratio = median(x / y for x, y in speeds)
    yield Figure(
        "units on the loop against units in a thread", ratio, "x", "≥ 1", 1.0, f"{a:.0f}/s, {b:.0f}/s", higher=True
    )


def _reactions(members: Sequence[Member], port: int) -> list[bytes]:
    """Reactions to every tip, so that people take turns as they would."""
    made = []
    for turn in range(len(members[0].tips)):
        for number, member in enumerate(members):
            body = {"key": f"{number}-{turn}", "tip": member.tips[turn], "action": "done", "dwell_ms": 1200}
            made.append(post("/api/feedback", json.dumps(body).encode(), cookie=member.cookie, port=port))
    return made


def _pair(ours: Server, floor: Server, reactions: Sequence[bytes], bodies: Sequence[bytes]) -> tuple[Result, Result]:
    result = run(ours.port, reactions, CLIENTS)
    assert set(result.statuses) == {200}, result.statuses
    return result, run(floor.port, bodies, CLIENTS)


def _cpu(server: Server, requests: Sequence[bytes], clients: int) -> float:
    before = server.cpu()
    result = run(server.port, requests, clients)
    assert set(result.statuses) == {200}, result.statuses
    return (server.cpu() - before) / result.requests


@contextmanager
def _both(data: Path) -> Iterator[tuple[Server, Server]]:
    ours, floor = free_port(), free_port()
    with serving(oo(data, ours), ours) as a, serving(bare(floor), floor) as b:
        yield a, b


BENCHES: tuple[Callable[[], Iterator[Figure]], ...] = (standing, fresh, feedback, variants)
