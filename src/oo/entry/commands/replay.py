"""`oo replay HISTORY --at TIMES --json`: what oO would have put first, at moments of a real past."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TextIO, cast

from oo.contracts.errors import Unusable
from oo.contracts.policies import Learner, Policy
from oo.engine.history import read_instant
from oo.engine.learning.lessons import Learning
from oo.entry.commands.histories import lines_of, read_history, reason_of
from oo.kernel.plugins import discover

LEARNER = "hierarchical-logit"


def policy_named(name: str) -> Policy:
    """The policy with this name, dashes as you like; raises `Unusable` with the names that there are."""
    known = discover("policies", dict).plugins
    found = known.get(name.replace("-", "_"))
    if found is None:
        raise Unusable(f"There is no policy {name}; there are: {', '.join(sorted(known))}.")
    policy: Policy = found.load()
    return policy


def run(history: Path, at: Path, out: TextIO, policy: Policy | None = None) -> None:
    """Write a JSON line for each instant of `at`: `{"at", "ranking": [{"task", "score"}, …]}`, all open, best first.

    A ranking knows only events strictly before its instant, so a history cut off there gives the same one. A policy
    that learns from life is taught by them; another one stays as it is. Raises `Unusable` with one sentence that names
    file, line and reason.
    """
    policy = policy or policy_named(LEARNER)
    state = policy.initial()
    learning = Learning(cast("Learner", policy), state) if hasattr(policy, "learn") else None
    past, events = read_history(history)
    position = 0
    for text, now in _read_times(at):
        while position < len(events) and events[position]["at"] < now:
            if learning is not None:
                learning.see(past, events[position])
            past.apply(events[position])
            position += 1
        if learning is not None:
            learning.until(past, now)
            state = learning.state
        ranking = [{"task": task, "score": score} for task, score in past.ranking(now, policy, state)]
        out.write(json.dumps({"at": text, "ranking": ranking}, separators=(",", ":")) + "\n")


def _read_times(path: Path) -> Iterator[tuple[str, datetime]]:
    last = None
    for number, line in lines_of(path):
        try:
            now = read_instant(line)
        except ValueError as error:
            raise Unusable(f"{path}, line {number}: {reason_of(error)}.") from error
        if last is not None and now < last:
            raise Unusable(f"{path}, line {number}: {line} comes before the line above it; sort the instants.")
        last = now
        yield line, now
