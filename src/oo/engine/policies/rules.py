"""What fixed rules share: an even choice among the best, and a name for their content."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence


def best_evenly(estimates: Sequence[float]) -> list[float]:
    """Probability spread evenly over the exact ties of the highest estimate, none elsewhere.

    >>> best_evenly([2.0, 1.0, 2.0])
    [0.5, 0.0, 0.5]
    """
    if not estimates:
        return []
    best = max(estimates)
    share = 1.0 / sum(1 for one in estimates if one == best)
    return [share if one == best else 0.0 for one in estimates]


def content_hash(id: str, version: int, parameters: Mapping[str, float]) -> str:
    """Twelve hex digits that change whenever the id, the version of the code or a parameter does.

    >>> content_hash("house", 1, {"due": 2.5})
    'c2b00a35e6a2'
    """
    text = json.dumps([id, version, dict(parameters)], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]
