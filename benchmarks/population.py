"""Made-up people as an instance keeps them: keys, tasks, meetings, two months folded, and what was inferred of it.

Two hundred pasts are lived through; everybody has one of them, sealed with a key of their own, beside their own tasks.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Table, bindparam, insert, update

from oo.contracts.agents import Inference
from oo.contracts.features import Activity, UserHistory
from oo.contracts.ids import Ref, UserId
from oo.contracts.items import Facts, facts_text
from oo.contracts.manifests import AgentManifest
from oo.kernel.db import Database, Prepared
from oo.kernel.ids import ulid
from oo.kernel.keys import Keys
from oo.kernel.plugins import discover
from oo.ml.features.fold import dump, fold, load, start
from oo.ml.features.tables import STATES, folded
from oo.ml.serving.local import Local
from oo.modules.integrations.tables import busy_blocks, connections, items
from oo.modules.profile.tables import SAID, knowledge, prefs
from oo.modules.recommender.hearing.repository import NOT_CALLED
from oo.modules.recommender.tables import hearings
from oo.testing.agents import lives

NOW = datetime(2026, 11, 18, 9, 5, tzinfo=UTC)
"""A Wednesday, five past ten in Berlin."""
ZONE = "Europe/Berlin"
LIVES = 200
TASKS = 8
SLICE = 2_000
_PROJECTS = ("flat", "thesis", None)


@dataclass(frozen=True, slots=True)
class Life:
    """One of the pasts: folded, and what agents infer from it."""

    history: UserHistory
    states: bytes
    known: Mapping[str, Mapping[str, Inference]]


def ids(people: int) -> list[UserId]:
    """Who they are, in order."""
    return [UserId(ulid((1_700_000_000_000 + number) << 80 | number)) for number in range(people)]


async def pasts() -> list[Life]:
    """The pasts that were lived through."""
    agents = Local(discover("agents", AgentManifest.model_validate).plugins)
    found = []
    for seed in range(LIVES):
        history = lives(seed, now=NOW)
        found.append(Life(history, dump(fold(start(), history.activities)), await agents.infer(history=history)))
    return found


async def settle(db: Database, keys: Keys, people: int, lived: Sequence[Life]) -> None:
    """Let that many people live here."""
    chance = random.Random(7)  # noqa: S311 - the same people every time
    everybody = ids(people)
    for at in range(0, people, SLICE):
        users = everybody[at : at + SLICE]
        _give_keys(keys, users)
        await _keep(db, prefs, [row for user in users for row in _prefs(user)])
        await _keep(db, connections, [_connection(user) for user in users])
        await _keep(db, items, [row for user in users for row in _items(user, chance)])
        await _keep(db, busy_blocks, [row for user in users if chance.random() < 0.3 for row in _busy(user, chance)])
        await _keep(db, folded, [_folded(keys, user, _life(lived, at + n)) for n, user in enumerate(users)])
        await _keep(
            db, knowledge, [row for n, user in enumerate(users) for row in _known(keys, user, _life(lived, at + n))]
        )
        day = NOW.date().toordinal()
        await _keep(db, hearings, [{"user_id": user, "due_at": NOT_CALLED, "inferred_on": day} for user in users])


async def change(db: Database, keys: Keys, users: Sequence[UserId], lived: Sequence[Life], now: datetime) -> None:
    """Let people finish their first task, which is folded, and calls for their agents as the event would."""
    done = Prepared(
        update(items).where(items.c.user_id == bindparam("one"), items.c.ref == bindparam("which")).values(state="done")
    )
    fresh = Prepared(update(folded).where(folded.c.user_id == bindparam("one")).values(states=bindparam("sealed")))
    called = Prepared(update(hearings).where(hearings.c.user_id == bindparam("one")).values(due_at=bindparam("at")))
    rows = []
    for number, user in enumerate(users):
        states = load(_life(lived, number).states)
        assert states is not None
        task = Activity(now, "completed", now.date().toordinal(), 10.1, task="c:0", project="flat")
        rows.append({"one": user, "sealed": keys.cipher(user).seal_bytes(STATES, dump(fold(states, [task])))})
    for at in range(0, len(users), SLICE):
        some = users[at : at + SLICE]
        await db.write(lambda tx, some=some: tx.run(done, [{"one": one, "which": f"{one}:0"} for one in some]))  # type: ignore[misc]
        await db.write(lambda tx, at=at: tx.run(fresh, rows[at : at + SLICE]))  # type: ignore[misc]
        await db.write(lambda tx, some=some: tx.run(called, [{"one": one, "at": now} for one in some]))  # type: ignore[misc]


def _life(lived: Sequence[Life], number: int) -> Life:
    return lived[number % len(lived)]


async def _keep(db: Database, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    # All at once for the sake of time: the units that are measured keep to their 500 rows.
    if rows:
        await db.write(partial(_insert, table=table, rows=rows))


def _insert(tx: Any, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    tx.run(Prepared(insert(table)), rows)


def _give_keys(keys: Keys, users: Sequence[UserId]) -> None:
    """Keys as `Keys.create` makes them, many in one transaction of their file."""
    file = keys._store._db  # type: ignore[attr-defined]
    wrapped = [(user, keys._wrap.seal_bytes(f"keys.wrapped:{user}", os.urandom(32))) for user in users]
    file.execute("BEGIN")
    file.executemany("INSERT INTO keys VALUES (?, ?)", wrapped)
    file.execute("COMMIT")


def _prefs(user: str) -> list[dict[str, Any]]:
    row = {"user_id": user, "scope": "global", "source": "user", "at": NOW}
    return [{**row, "key": "zone", "value": ZONE}, {**row, "key": "language", "value": "en"}]


def _connection(user: str) -> dict[str, Any]:
    return {
        "id": user,
        "user_id": user,
        "connector": "todotxt",
        "place": user,
        "name": b"",
        "state": "works",
        "next_at": NOW,
        "read_at": NOW,
        "created_at": NOW,
    }


def _items(user: str, chance: random.Random) -> list[dict[str, Any]]:
    day, rows = NOW.date(), []
    for place in range(TASKS):
        facts = Facts(
            Ref(f"{user}:{place}"),
            "v1",
            added=day - timedelta(days=chance.randint(0, 40)),
            due=day + timedelta(days=chance.randint(-6, 20)) if chance.random() < 0.5 else None,
            project=chance.choice(_PROJECTS),
            series="plants" if place == 1 and chance.random() < 0.5 else None,
            minutes=chance.choice((None, None, 10, 25, 90)),
            priority=chance.choice((0, 0, 0, 2, 3)),
        )
        rows.append(
            {
                "user_id": user,
                "ref": facts.ref,
                "connection_id": user,
                "state": "open",
                "facts": facts_text(facts),
            }
        )
    return rows


def _busy(user: str, chance: random.Random) -> list[dict[str, Any]]:
    hours = sorted(chance.sample(range(8, 17), chance.randint(1, 4)))
    base = NOW.replace(hour=0, minute=0)
    return [
        {
            "user_id": user,
            "connection_id": user,
            "starts_at": base + timedelta(hours=hour),
            "ends_at": base + timedelta(hours=hour, minutes=45),
            "all_day": False,
        }
        for hour in hours
    ]


def _folded(keys: Keys, user: str, life: Life) -> dict[str, Any]:
    return {"user_id": user, "states": keys.cipher(user).seal_bytes(STATES, life.states), "at": NOW}


def _known(keys: Keys, user: str, life: Life) -> list[dict[str, Any]]:
    cipher = keys.cipher(user)
    rows = []
    for scope, values in life.known.items():
        for key, one in values.items():
            if one.is_inferred:
                said = {"value": one.value, "n": one.n, "confidence": one.confidence, "evidence": dict(one.evidence)}
                sealed = cipher.seal(SAID, json.dumps(said, separators=(",", ":"), default=dict))
                rows.append(
                    {"user_id": user, "scope": scope, "key": key, "source": "inferred", "said": sealed, "at": NOW}
                )
    return rows
