"""The order of a decision, stated once: gates, sources, hydrators, filters, policy, sampling.

Content is lists of plain parts (`Parts`). `run` gathers candidates; `decide` is pure: same arguments, same decision.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from oo.contracts.decisions import Candidate, Context, Decision, Silence, UserView
from oo.contracts.ids import DecisionId
from oo.contracts.policies import Policy, State
from oo.engine.filters import Filter, reasons, sift
from oo.engine.gates import Gate
from oo.engine.sampling import draw, explore
from oo.engine.silences import reason_for


@dataclass(frozen=True, slots=True)
class Source:
    """A maker of candidates; it may fail alone."""

    name: str
    find: Callable[[UserView], Awaitable[Sequence[Candidate]]]


@dataclass(frozen=True, slots=True)
class Hydrator:
    """Something that completes or joins candidates; when it fails they stay as they were."""

    name: str
    fill: Callable[[UserView, Sequence[Candidate]], Awaitable[Sequence[Candidate]]]


@dataclass(frozen=True, slots=True)
class Parts:
    """What a pipeline is made of, each list in its order."""

    gates: tuple[Gate, ...] = ()
    sources: tuple[Source, ...] = ()
    hydrators: tuple[Hydrator, ...] = ()
    filters: tuple[Filter, ...] = ()


class Gather(Protocol):
    """Runs awaitables at the same time and gives their results in order, as `asyncio.gather` does."""

    def __call__(self, *awaitables: Awaitable[Any]) -> Awaitable[Sequence[Any]]:
        """Start them all, wait for all."""


async def run(
    view: UserView,
    parts: Parts,
    policy: Policy,
    state: State,
    *,
    id: DecisionId,
    seed: int,
    gather: Gather,
    floor: float = 0.0,
    notes: Mapping[str, Any] | None = None,
) -> Decision:
    """Gather candidates from every source at once, then decide; a closed gate asks no source.

    A part that fails leaves its name and the kind of its error in `notes["failed"]`.
    """
    failed: dict[str, str] = {}
    found: list[Candidate] = []
    if _closed(view, parts.gates) is None:
        results = await gather(*(_find(source, view) for source in parts.sources))
        for source, result in zip(parts.sources, results, strict=True):
            if isinstance(result, Exception):
                failed[source.name] = type(result).__name__
            else:
                found += result
        for hydrator in parts.hydrators:
            try:
                found = list(await hydrator.fill(view, found))
            except Exception as error:  # a part may fail alone
                failed[hydrator.name] = type(error).__name__
    noted = {**(notes or {}), "failed": failed} if failed else notes
    return decide(view, found, parts, policy, state, id=id, seed=seed, floor=floor, notes=noted)


def decide(
    view: UserView,
    found: Iterable[Candidate],
    parts: Parts,
    policy: Policy,
    state: State,
    *,
    id: DecisionId,
    seed: int,
    floor: float = 0.0,
    notes: Mapping[str, Any] | None = None,
) -> Decision:
    """Gates, filters, policy and sampling over candidates that are at hand; of two with one id the first counts."""
    context = view.context
    silence = _closed(view, parts.gates)
    offered = _once(found) if silence is None else []
    kept, removed = sift(view, offered, parts.filters)
    probabilities: tuple[float, ...] = ()
    estimates: tuple[float, ...] = ()
    chosen = None
    if kept:
        estimates, before = weighed(policy, state, context, kept)
        probabilities = explore(before, estimates, floor)
        chosen = draw(probabilities, seed)
    elif silence is None:
        silence = reason_for(view, removed)
    return Decision(
        id=id,
        context=context,
        candidates=tuple(kept),
        removed=reasons(removed),
        probabilities=probabilities,
        estimates=estimates,
        chosen=chosen,
        silence=silence,
        seed=seed,
        floor=floor,
        policy=f"{policy.id}@{policy.digest}",
        considered=len(offered),
        notes=notes or {},
    )


def weighed(
    policy: Policy, state: State, context: Context, candidates: Sequence[Candidate]
) -> tuple[tuple[float, ...], Sequence[float]]:
    """Estimates, and probabilities before any floor; a policy that has `weigh` gives both from one look."""
    weigh = getattr(policy, "weigh", None)
    if weigh is not None:
        estimates, probabilities = weigh(state, context, candidates)
        return tuple(estimates), probabilities
    estimates = tuple(policy.estimates(state, context, candidates))
    return estimates, policy.probabilities(state, context, candidates, estimates)


def _closed(view: UserView, gates: Iterable[Gate]) -> Silence | None:
    return next((silence for gate in gates if (silence := gate.check(view)) is not None), None)


def _once(found: Iterable[Candidate]) -> list[Candidate]:
    first: dict[str, Candidate] = {}
    for candidate in found:
        first.setdefault(candidate.id, candidate)
    return list(first.values())


async def _find(source: Source, view: UserView) -> Sequence[Candidate] | Exception:
    try:
        return await source.find(view)
    except Exception as error:  # a part may fail alone
        return error
