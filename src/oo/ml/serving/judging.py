"""A model as a judge: of the choice of a task in a made-up life, and of the words of a tip. For evaluation alone.

Only made-up people are judged: the judge may be in a cloud.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

from oo.contracts.decisions import Candidate, Kind
from oo.contracts.writing import Brief
from oo.engine.simulation.judges import Scene
from oo.engine.when import days_since
from oo.ml.serving.llm import JUDGE, Gateway, Message, ModelFailed
from oo.ml.serving.prompts import prompt
from oo.ml.serving.telling import ENGLISH

SECONDS = 60.0
TRIES = 2
BEST = 10.0
_SHOWN = 12
"""Tasks of a scene that are told; the chosen one is always among them."""
_FORM: Mapping[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["score", "reason"],
    "properties": {"score": {"type": "number", "minimum": 0, "maximum": BEST}, "reason": {"type": "string"}},
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a judge thinks."""

    score: float
    """From 0 to 1."""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Bench:
    """Asks the model behind an alias for verdicts; raises `ModelFailed` when it gives none after two tries."""

    gateway: Gateway
    alias: str = JUDGE

    async def of_scene(self, scene: Scene) -> Verdict:
        """The verdict on what was chosen."""
        return await self._verdict("scene-1", _scene(scene), "")

    async def of_words(self, brief: Brief, content: str, kind: Kind = "task") -> Verdict:
        """The verdict on a tip's words, beside what whoever wrote them was told of."""
        tasks, thoughts = [one.title for one in brief.things], [one.text for one in brief.thoughts]
        told = {"kind": kind, "tasks": tasks, "thoughts": thoughts, "line": content}
        return await self._verdict("words-2", told, brief.language)

    async def _verdict(self, version: str, told: Mapping[str, object], language: str) -> Verdict:
        data = json.dumps(told, ensure_ascii=False, sort_keys=True)
        fence = f"~~~{hashlib.blake2b(data.encode(), digest_size=6).hexdigest()}~~~"
        values = {"fence": fence, "data": data, "language": ENGLISH.get(language, "English")}
        system, user = prompt(version).filled(values)
        turns = [Message("system", system), Message("user", user)]
        for _ in range(TRIES):
            said = await self.gateway.chat(
                self.alias, turns, seconds=SECONDS, schema=_FORM, name="verdict", max_tokens=120, temperature=0.0
            )
            found = _read(said.text)
            if found is not None:
                return found
        raise ModelFailed("garbled")


@dataclass(slots=True)
class ModelJudge:
    """Keeps `oo.engine.simulation.judges.Judge` with a model, as a context; the same scene is judged once."""

    bench: Bench
    _runner: asyncio.Runner = field(default_factory=asyncio.Runner)
    _known: dict[str, float] = field(default_factory=dict)

    def __enter__(self) -> ModelJudge:
        """Itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close its loop."""
        self._runner.close()

    def score(self, scene: Scene) -> float:
        """From 0 to 1; raises `ModelFailed`."""
        if scene.decision.tip is None:
            return 1.0
        key = json.dumps(_scene(scene), sort_keys=True)
        if key not in self._known:
            self._known[key] = self._runner.run(self.bench.of_scene(scene)).score
        return self._known[key]


def _scene(scene: Scene) -> dict[str, object]:
    """A scene as numbers and sorts: made-up tasks have no words."""
    decision, context = scene.decision, scene.decision.context
    since, tip = days_since(context), scene.decision.tip
    free = context.free_until
    return {
        "hour": int(context.hour),
        "weekday": context.weekday,
        "free_minutes": None if free is None else int((free - context.now).total_seconds() // 60),
        "chosen": None if tip is None else _task(tip, since),
        "others": [_task(one, since) for one in decision.candidates[:_SHOWN] if one is not tip],
    }


def _task(one: Candidate, since: Any) -> dict[str, object]:
    facts = one.facts
    told: dict[str, object] = {"sort": one.topic}
    if facts.due is not None:
        told["due_in_days"] = -round(since(facts.due))
    for name in ("priority", "minutes", "started"):
        if value := getattr(facts, name):
            told[name] = value
    return told


def _read(answer: str) -> Verdict | None:
    start, end = answer.find("{"), answer.rfind("}")
    try:
        found = json.loads(answer[start : end + 1])
        score = float(found["score"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    if not 0 <= score <= BEST:
        return None
    return Verdict(score / BEST, str(found.get("reason", ""))[:200])
