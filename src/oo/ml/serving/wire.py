"""What goes between a caller and `serving` where that is a process of its own: frozen values as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter, ValidationError

from oo.contracts.agents import Value
from oo.contracts.decisions import UserView
from oo.contracts.errors import Invalid
from oo.contracts.features import UserHistory
from oo.contracts.serving import Standing
from oo.contracts.writing import Brief

T = TypeVar("T")

AUDIENCE = "oo.serving"
COMPUTE, REGISTRY, INFER = "/agents/compute", "/agents/registry", "/agents/{agent}/infer"
RECOMMEND, GENERATE = "/recommend", "/generate"
DEADLINE = "x-deadline-ms"
"""The header that says how long the caller waits."""
PASS = "Bearer "  # noqa: S105 - how a pass is announced


@dataclass(frozen=True, slots=True)
class Compute:
    """Ask agents about somebody."""

    view: UserView
    standing: Standing
    parameters: Mapping[str, Mapping[str, Value]]
    agents: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Write:
    """Have candidates written; `asked` when somebody waits."""

    brief: Brief
    asked: bool = False


@dataclass(frozen=True, slots=True)
class Infer:
    """Have an agent infer from a past."""

    history: UserHistory


def written(value: object, kind: Any) -> bytes:
    """A value as JSON."""
    return _adapter(kind).dump_json(value)


def read(kind: type[T], body: bytes) -> T:
    """The value again; raises `Invalid` without a word of what was sent."""
    try:
        found: T = _adapter(cast("Any", kind)).validate_json(body)
    except ValidationError:
        raise Invalid from None
    return found


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)
