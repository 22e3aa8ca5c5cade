"""From probabilities and a seed to a choice, exactly and for ever the same."""

from __future__ import annotations

from collections.abc import Sequence

SHORT_LIST = 5
REST = 0.1
"""What goes to candidates outside the short list, as a share of the floor."""
_MASK = (1 << 64) - 1


def unit(seed: int) -> float:
    """A number in [0, 1) that follows from the seed alone: 53 bits of SplitMix64 (Steele et al. 2014).

    >>> unit(2026)
    0.8578542230112182
    """
    z = (seed + 0x9E3779B97F4A7C15) & _MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
    return float((z ^ (z >> 31)) >> 11) / (1 << 53)


def explore(probabilities: Sequence[float], estimates: Sequence[float], floor: float) -> tuple[float, ...]:
    """Mix in a floor, even over the short list of the five best estimates (the first of equals); log the result.

    A tenth of it more goes evenly to the rest, so that a policy which would choose there can be weighed as well.

    >>> [round(p, 6) for p in explore([1.0, 0.0, 0.0], [3.0, 2.0, 1.0], 0.3)]
    [0.8, 0.1, 0.1]
    >>> [round(p, 6) for p in explore([1.0, *[0.0] * 6], [7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0], 0.02)]
    [0.982, 0.004, 0.004, 0.004, 0.004, 0.001, 0.001]
    """
    if not floor:
        return tuple(probabilities)
    order = sorted(range(len(estimates)), key=lambda i: -estimates[i])
    short, rest = order[:SHORT_LIST], order[SHORT_LIST:]
    share = floor / len(short) if short else 0.0
    beyond = floor * REST / len(rest) if rest else 0.0
    kept = 1.0 - floor - (floor * REST if rest else 0.0)
    mixed = [kept * p + beyond for p in probabilities]
    for i in short:
        mixed[i] += share - beyond
    return tuple(mixed)


def draw(probabilities: Sequence[float], seed: int) -> int:
    """The first index whose cumulative probability exceeds `unit(seed)`; raises ValueError when none is positive."""
    point, total, last = unit(seed) * sum(probabilities), 0.0, None
    for i, p in enumerate(probabilities):
        if p > 0:
            total, last = total + p, i
            if point < total:
                return i
    if last is None:
        raise ValueError("no probability is positive")
    return last
