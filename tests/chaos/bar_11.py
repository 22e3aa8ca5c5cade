"""Bar 11: workers killed in the middle of a shard; every shard is done, as if nothing had been."""

from __future__ import annotations

import sys
import time
from random import Random

from tests.chaos import crowd
from tests.chaos.crew import Crew, crew
from tests.chaos.outcome import Outcome

SLACK_SECONDS = 5.0
_UP_SECONDS = 60.0
_OPEN = "SELECT count(*) FROM ops.runs WHERE what = 'crowd.compute' AND state = 'open'"
_OPEN_SHARDS = "SELECT shard FROM ops.runs WHERE what = 'crowd.compute' AND state = 'open'"
_DONE = "SELECT count(*) FROM ops.runs WHERE what = 'crowd.compute' AND state = 'done'"
_BEGUN = """SELECT b.shard FROM crowd.begun b JOIN ops.runs r ON r.what = 'crowd.compute' AND r.shard = b.shard
WHERE b.process = %s AND r.state = 'open'"""


def run(seed: int, broken: bool, brief: bool) -> Outcome:
    """The control acknowledges a message when it arrives."""
    shards, kills, ack = (12, 1, 3.0) if brief or broken else (50, 3, 15.0)
    env = {"CROWD_PEOPLE": str(1000 * shards), "CROWD_SECONDS": "0.6", "CROWD_ACK_SECONDS": str(ack)}
    if broken:
        env["CHAOS_BREAK"] = "early"
    with crew(nats=True, env=env) as there:
        return _storm(there, Random(seed), shards, kills, ack)


def _storm(there: Crew, random: Random, shards: int, kills: int, ack: float) -> Outcome:
    parts = [there.worker("one"), there.worker("two")]
    for part in parts:
        part.up()
    killed: list[tuple[float, set[int]]] = []
    back: dict[int, float] = {}
    for number in range(kills):
        end = time.monotonic() + _UP_SECONDS
        while there.one(_DONE) < (number + 1) * shards // (kills + 2) and time.monotonic() < end:
            time.sleep(0.02)
            _look(there, killed, back)
        time.sleep(random.random() * 0.3)
        part = parts[(random.randrange(2) + number) % 2]
        assert part.process is not None
        part.kill()
        killed.append((time.monotonic(), {shard for (shard,) in there.rows(_BEGUN, part.process.pid)}))
        part.start(wait=False)
    end = time.monotonic() + 3 * ack + 2 * SLACK_SECONDS + 10
    while there.one(_OPEN) and time.monotonic() < end:
        time.sleep(0.02)
        _look(there, killed, back)
    _look(there, killed, back)
    done = there.one(_DONE) or 0
    results = there.rows("SELECT person, value FROM crowd.results")
    wrong = 1000 * shards - sum(value == crowd.value(person, 1) for person, value in results)
    taken_back = max(back.values(), default=0.0)
    again = there.one("SELECT count(*) FROM ops.runs WHERE what = 'crowd.compute' AND begun > 1") or 0
    line = (
        f"{done} of {shards} shards done, {kills} kills, {again} shards begun again, {wrong} rows differ, "
        f"recovered within {taken_back:.1f} s of {ack:g} + {SLACK_SECONDS:g} s"
    )
    ok = done == shards and again > 0 and not wrong and taken_back <= ack + SLACK_SECONDS
    if not ok:
        sys.stderr.write(f"{there.last_words()}\n")
    return Outcome(ok, line)


def _look(there: Crew, killed: list[tuple[float, set[int]]], back: dict[int, float]) -> None:
    """How long after the last kill that hit it a shard was done."""
    open_ = {shard for (shard,) in there.rows(_OPEN_SHARDS)}
    hit = {shard: at for at, shards in killed for shard in shards}
    for shard in hit.keys() - open_ - back.keys():
        back[shard] = time.monotonic() - hit[shard]
