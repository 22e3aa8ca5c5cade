"""Shadows: what every other policy would have done with a decision, computed after the answer and only logged."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from math import tanh
from typing import Any

from oo.contracts.decisions import Decision
from oo.contracts.lineups import DecisionLog, Logged
from oo.contracts.policies import Policy, State
from oo.kernel.giving_way import give_way
from oo.kernel.keys import KeyGone
from oo.kernel.log import get_logger
from oo.kernel.module import Kit
from oo.ml.experiments import repository

MARK = "shadows"
PAGE = 40
"""Decisions a unit logs shadows of; with ten policies these are 400 rows."""
MODELS: tuple[tuple[str, Callable[[float], float]], ...] = (
    ("hierarchical_logit", lambda odds: 0.5 + 0.5 * tanh(odds / 2)),
    ("linear_thompson", lambda worth: min(max(worth, 0.0), 1.0)),
)
"""Policies whose estimates are expected rewards in some form, the better first: the model that off-policy estimates
lean on. Any model is right there; a good one makes the interval narrow.
"""
UNKNOWN = 0.5

log = get_logger("experiments")


async def shadow_decisions(kit: Kit, decisions: DecisionLog) -> int:
    """Log what every policy would have done with decisions that have no shadows yet; how many decisions there were."""
    count = 0
    while True:
        after = await kit.db.read(partial(repository.mark, name=MARK))
        page = await decisions.logged(after=after, limit=PAGE)
        if not page:
            return count
        policies = await asyncio.to_thread(_loaded, kit, await decisions.watched())
        rows: list[dict[str, Any]] = []
        for one in page:
            if one.decision.chosen is None:
                continue
            began = asyncio.get_running_loop().time()
            try:
                states = {
                    name: await decisions.state(user=one.user, policy=name, before=one.decision.context.now)
                    for name in policies
                }
            except KeyGone:  # the person was forgotten meanwhile
                continue
            rows += await asyncio.to_thread(_shadows, kit, one, policies, states)
            await give_way(asyncio.get_running_loop().time() - began)
        await kit.db.write(partial(repository.add_shadows, rows=rows, name=MARK, after=page[-1].decision.id))
        count += len(page)


def _loaded(kit: Kit, ids: Sequence[str]) -> dict[str, Policy]:
    found: dict[str, Policy] = {}
    for name in ids:
        try:
            found[name] = kit.plugins["policies"][name].load()
        except Exception as error:  # its own fault: the others are compared without it
            log.warning("policy.broken", plugin=name, error=type(error).__name__)
    return found


def _expected(decision: Decision, policies: Mapping[str, Policy], states: Mapping[str, State]) -> list[float]:
    """The reward that the best model at hand expects of each candidate."""
    for name, chance in MODELS:
        if name in policies:
            found = policies[name].estimates(states[name], decision.context, decision.candidates)
            return [chance(value) for value in found]
    return [UNKNOWN] * len(decision.candidates)


def _shadows(
    kit: Kit, one: Logged, policies: Mapping[str, Policy], states: Mapping[str, State]
) -> list[dict[str, Any]]:
    decision = one.decision
    assert decision.chosen is not None
    expected = _expected(decision, policies, states)
    rows = []
    for policy in policies.values():
        if policy.id == decision.policy.partition("@")[0]:
            continue
        started = kit.clock.monotonic()
        probabilities: Sequence[float] = ()
        try:
            estimates = policy.estimates(states[policy.id], decision.context, decision.candidates)
            probabilities = policy.probabilities(states[policy.id], decision.context, decision.candidates, estimates)
        except Exception as error:  # a policy's own fault; a gate asks that there is none
            log.warning("shadow.failed", plugin=policy.id, error=type(error).__name__)
        taken = kit.clock.monotonic() - started
        rows.append(
            {
                "decision_id": decision.id,
                "policy": f"{policy.id}@{policy.digest}",
                "user_id": one.user,
                "at": decision.context.now,
                "choice": max(range(len(probabilities)), key=probabilities.__getitem__) if probabilities else None,
                "probability": probabilities[decision.chosen] if probabilities else 0.0,
                "direct": sum(p * q for p, q in zip(probabilities, expected, strict=False)),
                "fitted": expected[decision.chosen],
                "latency_us": int(taken * 1_000_000),
                "failed": not probabilities,
            }
        )
    return rows
