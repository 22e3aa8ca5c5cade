"""`oo inferred HISTORY…`: what the agents would say they know of a person with this past."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TextIO

from oo.contracts.agents import Inference, Value
from oo.contracts.errors import Unusable
from oo.contracts.features import UserHistory
from oo.contracts.manifests import AgentManifest
from oo.engine.activities import history_until
from oo.engine.history import read_instant
from oo.entry.commands.histories import read_history
from oo.kernel.plugins import discover
from oo.ml.serving.local import Local

Known = Mapping[str, Mapping[str, Inference]]
"""What each agent infers, by agent and parameter."""
_WIDE = 44


def run(paths: Sequence[Path], out: TextIO, at: str | None = None) -> None:
    """Print a table a history; raises `Unusable` with one sentence for a file that is none, or a wrong instant."""
    for path in paths:
        history = history_of(path, at)
        out.write(f"{path.stem}: {len(history.activities)} completions until {history.now:%Y-%m-%d %H:%M} UTC\n")
        out.writelines(f"  {line}\n" for line in table(inferred(history)))


def history_of(path: Path, at: str | None = None) -> UserHistory:
    """The past in a file up to an instant, or to the end of its last day."""
    past, events = read_history(path)
    if at is None:
        now = max((event["at"] for event in events), default=None)
        if now is None:
            raise Unusable(f"{path} holds no event; give it a past.")
        return history_until(past, events, _after(now))
    try:
        return history_until(past, events, read_instant(at))
    except ValueError as error:
        raise Unusable(f"--at: {error}.") from error


def inferred(history: UserHistory) -> Known:
    """What every agent infers from a past."""
    return asyncio.run(Local(discover("agents", AgentManifest.model_validate).plugins).infer(history=history))


def table(known: Known) -> Iterable[str]:
    """A line a parameter: its agent and name, its value, and where that comes from."""
    for agent, values in sorted(known.items()):
        for name, one in values.items():
            why = f"{one.n} completions, confidence {one.confidence:.2f}" if one.is_inferred else one.reason
            yield f"{agent}.{name:<{max(1, 42 - len(agent))}} {_text(one.value):<{_WIDE}} {why}"


def _text(value: Value) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {number:g}" for name, number in value.items()) or "none"
    if isinstance(value, tuple):
        return ", ".join(f"{each:g}" if isinstance(each, float) else str(each) for each in value) or "none"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _after(instant: datetime) -> datetime:
    """The instant after it, as a history knows what is strictly before."""
    return instant.replace(microsecond=999999)
