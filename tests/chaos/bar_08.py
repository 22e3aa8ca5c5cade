"""Bar 8: of a hundred events two can't be read; they are set aside, hold up nobody else, and go on after a replay."""

# ruff: noqa: S608 - the statements are put together from the constants below

from __future__ import annotations

import asyncio
import subprocess
import sys

from tests.chaos import audit
from tests.chaos.outcome import Outcome
from tests.chaos.processes import Part
from tests.chaos.world import PROGRAM, World, world
from tests.chaos.writers import Writers, percentile, until

PER_SECOND = 100.0
EVENTS, BRIEF_EVENTS = 1_500, 120
DELAY_SECONDS = 2.0
SETTLED_SECONDS, HEALED_SECONDS = 20.0, 60.0
_LOST = "length(payload) = 4"
_POISON = f"(version = 2 OR {_LOST})"
_STRUCK = f"SELECT DISTINCT user_id FROM events.outbox WHERE {_POISON}"
_ASIDE = "SELECT event_id FROM events.parked WHERE tries >= 5"


def run(seed: int, broken: bool, brief: bool) -> Outcome:
    """First all is poisoned; then the release comes that reads the newer version, and what has no bytes is passed by.

    In the control what came together with a failing event fails with it.
    """
    events = BRIEF_EVENTS if brief else EVENTS
    poisoned = {"CHAOS_BREAK": "poison,aside" if broken else "poison"}
    with world(people=60, tips=events // 60 + 20, nats=True, env=poisoned) as there:
        return asyncio.run(_poisoned(there, events))


async def _poisoned(there: World, events: int) -> Outcome:
    app, port = await asyncio.to_thread(there.up)
    writers = Writers([port], there.people, per_second=PER_SECOND)
    writing = asyncio.create_task(writers.run())
    await until(lambda: len(writers.acknowledged) >= events, events / 5)
    writers.stop()
    await writing
    aside = await until(lambda: _others_drained(there) and _all_aside(there), SETTLED_SECONDS)
    delays = [seconds / 1e6 for (seconds,) in there.ask(_DELAYS)]
    others = percentile(delays, 0.95)
    [[poison, lost, struck]] = there.ask(
        f"SELECT count(*), sum(CASE WHEN {_LOST} THEN 1 ELSE 0 END), count(DISTINCT user_id)"
        f" FROM events.outbox WHERE {_POISON}"
    )
    if aside is None:
        return Outcome(False, f"{poison} poison events, and not all of them were set aside after {SETTLED_SECONDS} s")
    await asyncio.to_thread(_next_release, app)
    healed = await until(lambda: _healed(there), HEALED_SECONDS, every=1.0)
    found = await asyncio.to_thread(audit.look, there.ask, writers.acknowledged)
    passed = found.lost == (lost or 0) and not (found.doubled or found.disordered or found.behind or found.parked)
    return Outcome(
        bool(poison) and others < DELAY_SECONDS and healed is not None and passed,
        f"{found.events} events of {len(there.people)} people, {poison} poison of {struck}, set aside; others' p95 "
        f"delay {others:.2f} s; after the replay {found.lost - (lost or 0)} lost, {found.doubled} doubled, "
        f"{found.disordered} out of order, {lost or 0} without bytes passed by",
    )


_DELAYS = f"""
SELECT e.at - o.at FROM ledger.effects e JOIN events.outbox o ON o.event_id = e.event_id
WHERE o.type = 'tips.tip.reacted' AND o.user_id NOT IN ({_STRUCK})
"""


def _others_drained(there: World) -> bool:
    missing = "NOT EXISTS (SELECT 1 FROM ledger.effects e WHERE e.event_id = o.event_id)"
    [[count]] = there.ask(f"SELECT count(*) FROM events.outbox o WHERE {missing} AND user_id NOT IN ({_STRUCK})")
    return not count


def _all_aside(there: World) -> bool:
    """Everybody who was struck has an event set aside by the ledger, which follows every type."""
    aside = f"SELECT user_id FROM events.parked WHERE consumer = 'ledger' AND event_id IN ({_ASIDE})"
    return {user for (user,) in there.ask(_STRUCK)} == {user for (user,) in there.ask(aside)}


def _next_release(app: Part) -> None:
    app.stop()
    app.env = {**app.env, "CHAOS_BREAK": "newer"}
    app.start()


def _healed(there: World) -> bool:
    """Send everything again that is set aside, but for what has no bytes: that is passed by."""
    aside = {event for (event,) in there.ask(_ASIDE)}
    hopeless = {event for (event,) in there.ask(f"SELECT event_id FROM events.outbox WHERE {_LOST}")}
    for event in sorted(aside & hopeless):
        _oo(there, "events", "skip", event)
    if aside - hopeless:
        _oo(there, "events", "redeliver")
    unread = f"NOT EXISTS (SELECT 1 FROM ledger.effects e WHERE e.event_id = o.event_id) AND NOT {_LOST}"
    [[missing]] = there.ask(f"SELECT count(*) FROM events.outbox o WHERE {unread}")
    return not missing and not there.ask("SELECT 1 FROM events.parked")


def _oo(there: World, *given: str) -> None:
    command = [sys.executable, str(PROGRAM), *given, "--data", str(there.data)]
    subprocess.run(command, env=dict(there.env), cwd=there.folder, check=True, capture_output=True, timeout=60)
