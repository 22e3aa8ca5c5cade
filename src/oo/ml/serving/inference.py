"""The inference framework: every parameter that an agent declares gets a value, whatever happens.

Below its minimum history, or on any error, that is the cold-start default of the manifest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import isfinite

from oo.contracts.agents import Inference, Inferred, Value, as_value
from oo.contracts.features import Activity, UserHistory
from oo.contracts.manifests import AgentManifest, Parameter

EVIDENCE: Mapping[str, Callable[[Activity], bool]] = {
    "completions": lambda one: one.verb == "completed",
    "timed_completions": lambda one: one.verb == "completed" and one.timed,
    "reactions": lambda one: one.verb in ("done", "snoozed", "dismissed"),
}
"""What counts as each kind of evidence (docs/adr: minimum history is counted in the kind that a parameter uses)."""


def run_inference(
    manifest: AgentManifest, infer: Callable[[UserHistory], Mapping[str, Inferred]], history: UserHistory
) -> dict[str, Inference]:
    """A value for every parameter of the manifest; never raises."""
    counts = {kind: sum(map(counts_as, history.activities)) for kind, counts_as in EVIDENCE.items()}
    enough = {name for name, one in manifest.parameters.items() if counts[one.evidence] >= one.minimum}
    found: Mapping[str, Inferred] = {}
    failed = False
    if enough:
        try:
            found = infer(history)
        except Exception:  # an agent may fail alone: the person still gets its defaults
            failed = True
    results: dict[str, Inference] = {}
    for name, parameter in manifest.parameters.items():
        n = counts[parameter.evidence]
        if name not in enough:
            results[name] = Inference(default_of(parameter), "too little history", n)
        elif failed or name not in found:
            results[name] = Inference(default_of(parameter), "failed" if failed else "says nothing", n)
        else:
            results[name] = _checked(parameter, found[name], n)
    return results


def default_of(parameter: Parameter) -> Value:
    """The cold-start default as a value."""
    return as_value(parameter.default)


def _checked(parameter: Parameter, found: Inferred, n: int) -> Inference:
    """What was inferred, when it is of the kind that the manifest declares and finite; else the default."""
    default = default_of(parameter)
    try:
        value = as_value(found.value)
    except (TypeError, ValueError):
        return Inference(default, "not a value", n)
    alike = type(value) is type(default) or (isinstance(default, Mapping) and isinstance(value, Mapping))
    if not alike or not _is_finite(value):
        return Inference(default, "not a value", n)
    return Inference(value, "inferred", found.n, min(max(found.confidence, 0.0), 1.0), found.evidence)


def _is_finite(value: Value) -> bool:
    if isinstance(value, float):
        return isfinite(value)
    if isinstance(value, Mapping):
        return all(isfinite(each) for each in value.values())
    if isinstance(value, tuple):
        return all(isfinite(each) for each in value if isinstance(each, float))
    return True
