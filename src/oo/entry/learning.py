"""What the command line may ask about policies, decisions and whether oO helps."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from oo.contracts.accounts import Accounts
from oo.contracts.errors import NotFound
from oo.contracts.experiments import Experiments, Run
from oo.contracts.ids import UserId
from oo.contracts.lineups import DecisionLog
from oo.entry.wiring import Promises
from oo.modules.auth.names import folded

Deed = Callable[[Promises, Mapping[str, Any]], Awaitable[Any]]


async def policies(promises: Promises, asked: Mapping[str, Any]) -> Any:
    """How policies stand, as plain values."""
    return [asdict(one) for one in await promises[Experiments].standings()]


async def promote(promises: Promises, asked: Mapping[str, Any]) -> Any:
    """Let one take its next step, by the owner's word."""
    standing = await promises[Experiments].promote(policy=str(asked["policy"]), by=await _owner(promises))
    return asdict(standing)


async def roll_back(promises: Promises, asked: Mapping[str, Any]) -> Any:
    """End the trial or bring the former champion back, by the owner's word."""
    return asdict(await promises[Experiments].roll_back(by=await _owner(promises), why="the owner's word"))


async def audit(promises: Promises, asked: Mapping[str, Any]) -> Any:
    """Who did what to policies."""
    return [asdict(one) for one in await promises[Experiments].deeds()]


async def verify(promises: Promises, asked: Mapping[str, Any]) -> Any:
    """Every logged decision, computed again."""
    return asdict(await promises[DecisionLog].verify())


async def helps(promises: Promises, asked: Mapping[str, Any]) -> Any:
    """Whether oO's interruptions help a person."""
    people = await promises[Accounts].people()
    name = asked.get("name")
    for person in people:
        if (name is None and person.role == "owner") or (name is not None and folded(person.name) == folded(name)):
            return asdict(await promises[Experiments].helps(user=person.id))
    raise NotFound(f"There is nobody called {name!r} here." if name else "There is no owner here yet; run: oo link")


async def keep_run(promises: Promises, asked: Mapping[str, Any]) -> Any:
    """Keep a simulation, or more days of one."""
    run = asked["run"]
    kept = Run(run["id"], datetime.fromisoformat(run["at"]), run["seed"], run["settings"], run["summary"])
    await promises[Experiments].keep_run(run=kept, events=asked["events"])
    return len(asked["events"])


DEEDS: Mapping[str, Deed] = {
    "policies": policies,
    "promote": promote,
    "roll-back": roll_back,
    "audit": audit,
    "verify": verify,
    "helps": helps,
    "keep-run": keep_run,
}
"""By the word that a command sends."""


async def _owner(promises: Promises) -> UserId:
    for person in await promises[Accounts].people():
        if person.role == "owner":
            return person.id
    raise NotFound("There is no owner here yet; run: oo link")
