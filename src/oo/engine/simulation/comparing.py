"""Two policies side by side on the same people, days and luck."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from oo.contracts.policies import Policy
from oo.engine.simulation.days import day
from oo.engine.simulation.judges import Judge, RuleJudge
from oo.engine.simulation.life import FLOOR, Life, Tally
from oo.engine.simulation.personas import persona
from oo.engine.simulation.telling import Course, course


def compare(
    policies: Sequence[Policy],
    *,
    personas: int,
    days: int,
    seed: int,
    judge: Judge | None = None,
    floor: float = FLOOR,
    tick: Callable[[int], object] = lambda personas: None,
) -> list[Course]:
    """Every policy with every persona; `tick` is called with 1 after each life. About a second a year and policy."""
    lives: list[list[list[Tally]]] = [[] for _ in policies]
    for number in range(personas):
        who = persona(seed, number, days)
        plan = [day(who, n) for n in range(days)]
        for side, policy in enumerate(policies):
            life = Life(who, policy, judge or RuleJudge(), floor)
            lives[side].append([life.live(one) for one in plan])
            tick(1)
    return [course(policy.id, several) for policy, several in zip(policies, lives, strict=True)]
