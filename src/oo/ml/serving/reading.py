"""Reads what a model answered: JSON of the form that was asked for, or a fault in words that the model can mend."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError


class Draft(BaseModel):
    """A candidate as the model gives it, before anything is checked or filled."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["task", "advice", "insight"]
    text: str = Field(min_length=1, max_length=300)
    evidence: tuple[str, ...] = Field(min_length=1, max_length=5)
    why: str = Field(default="", max_length=300)
    confidence: float = Field(default=0.5, ge=0, le=1)


@dataclass(frozen=True, slots=True)
class Unread:
    """An answer, or a part of it, that isn't what was asked for."""

    text: str
    mend: str


def drafts(answer: str, count: int) -> tuple[list[Draft], list[Unread]]:
    """The candidates of an answer, at most `count`, and what couldn't be read of it."""
    found = _json(answer)
    several = found.get("candidates") if isinstance(found, Mapping) else None
    if not isinstance(several, Sequence) or isinstance(several, str) or not several:
        return [], [Unread(answer, 'Answer with {"candidates": [...]} and nothing else.')]
    good: list[Draft] = []
    bad: list[Unread] = []
    for one in several[:count]:
        try:
            good.append(Draft.model_validate(one))
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False, include_context=False)[0]
            place = ".".join(map(str, first["loc"])) or "candidate"
            bad.append(Unread(json.dumps(one, ensure_ascii=False), f"{place}: {first['msg']}."))
    return good, bad


def _json(answer: str) -> Any:
    """The answer's JSON, also between words or code fences; None when there is none."""
    start, end = answer.find("{"), answer.rfind("}")
    if not 0 <= start < end:
        return None
    try:
        return json.loads(answer[start : end + 1])
    except (ValueError, RecursionError):
        return None
