"""Bar 7: every message comes three times, in any order; the effects are those of the one run in order, to the byte."""

from __future__ import annotations

import asyncio
import hashlib
import json
import shutil
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from tests.chaos import audit
from tests.chaos.outcome import Outcome
from tests.chaos.people import Person
from tests.chaos.processes import free_port
from tests.chaos.world import World, world
from tests.chaos.writers import until

from oo.contracts.ids import DecisionId, UserId
from oo.contracts.tips import Reaction, Tips
from oo.entry.wiring import house
from oo.kernel.settings import Settings

PEOPLE = 20
TIPS, BRIEF_TIPS = 60, 8
TIMES = 3
SECONDS = 30.0


def run(seed: int, broken: bool, brief: bool) -> Outcome:
    """The control has no cursor in the run with three times all."""
    tips = BRIEF_TIPS if brief else TIPS
    with world(people=PEOPLE, tips=tips, nats=True) as there:
        chance = Random(seed)
        asyncio.run(_react(there, chance))
        before = there.folder / "before"
        shutil.copytree(there.data, before)
        log = _stored(before / "oo.db")
        calm = log.of(_effects(there, nats=False))
        shutil.rmtree(there.data)
        shutil.copytree(before, there.data)
        sent = asyncio.run(_store(there, chance))
        stormy = log.of(_effects(there, nats=True, broken=broken))
    same = "identical" if calm == stormy else "DIFFERENT"
    events = sum(len(rows) for name, rows in calm.items() if name == "ledger")
    return Outcome(
        bool(events) and calm == stormy,
        f"{events} effects of {len(sent)} messages, each stored {TIMES} times in random order: {same} to the run in "
        f"order ({_digest(calm)}, {_digest(stormy)})",
    )


async def _react(there: World, chance: Random) -> None:
    """Reactions in the log, with nobody who hears of them yet."""
    async with house(Settings(data=there.data, files=(there.folder,), log_level="error"), background=False) as home:
        for turn in range(len(there.people[0].tips)):
            for person in chance.sample(list(there.people), len(there.people)):
                await home.promises[Tips].react(user=UserId(person.user), reaction=_reaction(person, turn, chance))


def _reaction(person: Person, turn: int, chance: Random) -> Reaction:
    """Without "done": that is written into a file eight seconds on, which is news in whichever run takes longer."""
    tip, dwell = DecisionId(person.tips[turn]), chance.randrange(9_000)
    if chance.random() < 0.5:
        return Reaction(f"k{turn}", tip, "snooze", datetime.now(UTC) + timedelta(days=1), None, dwell)
    return Reaction(f"k{turn}", tip, "dismiss", None, "now", dwell)


def _effects(there: World, *, nats: bool, broken: bool = False) -> dict[str, list[Any]]:
    """Run oO until everything has its effect; what the rooms have then."""
    app = there.oo("app", "up", port=free_port(), env={"CHAOS_BREAK": "cursor" if broken else ""})
    app.env = {name: value for name, value in app.env.items() if nats or name != "OO_NATS_URL"}
    app.start()
    asyncio.run(until(lambda: audit.drained(there.ask), SECONDS))
    if nats:
        asyncio.run(_quiet(there))
    app.stop()
    return _rows(there.data / "oo.db")


async def _quiet(there: World) -> None:
    """Wait until everybody has heard all, what was stored more than once too."""
    from nats import connect

    from oo.kernel.nats.streams import STREAMS

    client = await connect(there.env["OO_NATS_URL"])

    async def pending() -> int:
        streams = client.jetstream()
        infos = [info for name in STREAMS for info in await streams.consumers_info(name)]
        return sum(int(info.num_pending or 0) + int(info.num_ack_pending or 0) for info in infos)

    for _ in range(int(SECONDS * 10)):
        if not await pending():
            break
        await asyncio.sleep(0.1)
    await client.close()


@dataclass(frozen=True, slots=True)
class Stored:
    """What was in the log before anybody heard of it: rooms tell more in the course of a run, by the clock."""

    ids: frozenset[str]
    last: Mapping[str, int]
    """The last number of each person."""

    def of(self, rows: dict[str, list[Any]]) -> dict[str, list[Any]]:
        """The effects of that alone."""
        ledger = [row for row in rows["ledger"] if row[1] in self.ids]
        cursors = [(who, user, min(seq, self.last.get(user, 0))) for who, user, seq in rows["cursors"]]
        return {**rows, "ledger": ledger, "cursors": cursors}


def _stored(path: Path) -> Stored:
    with closing(sqlite3.connect(path)) as raw:
        rows = raw.execute("SELECT event_id, user_id, user_seq FROM outbox ORDER BY id").fetchall()
    return Stored(frozenset(row[0] for row in rows), {user: seq for _, user, seq in rows})


def _rows(path: Path) -> dict[str, list[Any]]:
    """Everything that events have led to, but for the instants and numbers of the run itself."""
    asked = {
        "ledger": "SELECT user_id, event_id, seq, type FROM effects ORDER BY user_id, id",
        "rewards": "SELECT user_id, tip_id, seq, value, weight, why FROM rewards ORDER BY user_id, seq",
        "tips": "SELECT id, state FROM tips ORDER BY id",
        "cursors": "SELECT consumer, user_id, seq FROM cursors ORDER BY consumer, user_id",
        "writebacks": "SELECT id, ref, version FROM writebacks ORDER BY id",
    }
    with closing(sqlite3.connect(path)) as raw:
        return {name: raw.execute(statement).fetchall() for name, statement in asked.items()}


async def _store(there: World, chance: Random) -> Sequence[Any]:
    """Put every event of the log into JetStream, three times, before the relay comes to it."""
    from nats import connect

    from oo.kernel.nats.publishing import _message
    from oo.kernel.nats.streams import ensure

    async with house(Settings(data=there.data, files=(there.folder,), log_level="error"), background=False) as home:
        from sqlalchemy import select

        from oo.kernel.outbox import outbox

        rows = list(await home.kit.db.read(lambda tx: tx.execute(select(outbox).order_by(outbox.c.id)).all()))
    messages = [(time, *_message(row)) for row in rows for time in range(TIMES)]
    chance.shuffle(messages)
    client = await connect(there.env["OO_NATS_URL"])
    await ensure(client, 1)
    for time, subject, payload, headers in messages:
        name = headers["Nats-Msg-Id"] + (f":again{time}" if time else "")
        await client.jetstream().publish(subject, payload, headers={**headers, "Nats-Msg-Id": name})
    await client.close()
    return rows


def _digest(found: dict[str, list[Any]]) -> str:
    return hashlib.sha256(json.dumps(found, sort_keys=True).encode()).hexdigest()[:12]
