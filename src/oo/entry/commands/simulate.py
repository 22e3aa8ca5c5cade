"""`oo simulate`: two policies side by side on made-up people; the report is one HTML file, the run is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol, TextIO

from oo.contracts.errors import Invalid, Unusable
from oo.contracts.experiments import Experiments, Run
from oo.contracts.manifests import PolicyManifest
from oo.contracts.policies import Policy
from oo.engine.simulation import telling
from oo.engine.simulation.comparing import compare
from oo.engine.simulation.judges import Judge, RuleJudge
from oo.engine.simulation.life import Tally
from oo.engine.simulation.personas import persona
from oo.engine.simulation.telling import Course
from oo.entry.control import NobodyThere, ask
from oo.kernel.clock import SystemClock
from oo.kernel.ids import UlidIds
from oo.kernel.plugins import discover
from oo.kernel.settings import Settings

BATCH = 150
"""Days that are handed to a running oO at once: a line of its socket holds 64 kB."""
KEPT = tuple(name for name in Tally.__slots__ if name != "judged")


class Bar(Protocol):
    """A progress bar."""

    def update(self, steps: int) -> None:
        """Move on."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a simulation is made of."""

    policies: Sequence[str]
    personas: int
    days: int
    seed: int
    judge: str
    floor: float


def run(
    asked: Asked,
    *,
    settings: Settings | None,
    page: Path | None,
    bar: Callable[[int], AbstractContextManager[Bar]],
    out: TextIO,
    models: Settings | None = None,
) -> None:
    """Simulate, print the figures, write the page, and keep the run where `settings` say; raises `Invalid`.

    Raises `Unusable` for an LLM judge without a gateway in `models`, and for a page that nothing here can draw.
    """
    policies = [_policy(name) for name in asked.policies]
    with _judge(asked.judge, models) as judge, bar(asked.personas * len(policies)) as shown:
        courses = compare(
            policies,
            personas=asked.personas,
            days=asked.days,
            seed=asked.seed,
            judge=judge,
            floor=asked.floor,
            tick=shown.update,
        )
    if page is not None:
        from oo.ml.experiments.drawing import report

        people = [persona(asked.seed, number, asked.days) for number in range(asked.personas)]
        page.write_text(report(courses, _settings(asked, policies), people), encoding="utf-8")
    out.write(_table(courses))
    if page is not None:
        out.write(f"Report: {page}\n")
    if settings is not None:
        _keep(settings, _settings(asked, policies), courses)


@contextmanager
def _judge(name: str, models: Settings | None) -> Iterator[Judge]:
    """Whoever gives a second opinion."""
    if name == "rule":
        yield RuleJudge()
        return
    if name != "llm":
        raise Invalid(f"There is no judge {name!r}; there are: rule, llm.")
    if models is None or models.llm_url is None:
        raise Unusable("There is no gateway to a language model here, so nobody can judge by one; use --judge rule.")
    from oo.ml.serving import gateway
    from oo.ml.serving.judging import Bench, ModelJudge
    from oo.ml.serving.llm import ModelFailed

    there = gateway(models)
    assert there is not None
    try:
        with ModelJudge(Bench(there)) as judge:
            yield judge
    except ModelFailed as failure:
        raise Unusable(
            f"The model behind the alias `judge` gave no verdict ({failure.reason}); see docs/how-to/models.md, or use "
            "--judge rule."
        ) from None


def _policy(name: str) -> Policy:
    known = discover("policies", PolicyManifest.model_validate).plugins
    plugin = known.get(name.replace("-", "_"))
    if plugin is None:
        raise Invalid(f"There is no policy {name!r}; there are: {', '.join(sorted(known))}.")
    policy: Policy = plugin.load()
    return policy


def _table(courses: Sequence[Course]) -> str:
    rows = [telling.summary(one) for one in courses]
    names = ("regret", "regret_last_30_days", "value", "judged", "done", "dismissed", "interruptions")
    lines = [f"{'':22}" + "".join(f"{row['policy']:>22}" for row in rows)]
    for name in names:
        cells = (f"{row[name]['value']:.3f} ± {row[name]['error']:.3f}" for row in rows)
        lines.append(f"{name.replace('_', ' '):22}" + "".join(f"{cell:>22}" for cell in cells))
    lines.append(f"{'worst quarter':22}" + "".join(f"{row['worst_quartile']:>22.3f}" for row in rows))
    if len(courses) == 2:
        found, (low, high) = telling.difference(*courses)
        lines.append(f"second less first, value: {found.value:+.4f} ({low:+.4f} to {high:+.4f})")
    return "\n".join(lines) + "\n"


def _settings(asked: Asked, policies: Sequence[Policy]) -> dict[str, Any]:
    """What the run follows from: what was asked, and the policies by the hash of their content."""
    return {**asdict(asked), "policies": [f"{policy.id}@{policy.digest}" for policy in policies]}


def _keep(settings: Settings, told: Mapping[str, Any], courses: Sequence[Course]) -> None:
    """Hand the run to the oO that runs, or keep it here when none does."""
    clock = SystemClock()
    summary = {one.policy: telling.summary(one) for one in courses}
    kept = Run(UlidIds(clock).new(), clock.now(), told["seed"], told, summary)
    events = [event for one in courses for event in _events(one)]
    sent = {"id": kept.id, "at": kept.at.isoformat(), "seed": kept.seed}
    sent |= {"settings": dict(kept.settings), "summary": dict(kept.summary)}
    try:
        for start in range(0, len(events), BATCH):
            ask(settings.data, {"do": "keep-run", "run": sent, "events": events[start : start + BATCH]})
    except NobodyThere:
        asyncio.run(_here(settings, kept, events))


async def _here(settings: Settings, kept: Run, events: Sequence[Mapping[str, Any]]) -> None:
    from oo.entry.wiring import house

    async with house(settings, background=False) as home:
        await home.promises[Experiments].keep_run(run=kept, events=events)


def _events(one: Course) -> list[dict[str, Any]]:
    """Its days, as they are kept."""
    found = []
    for number, life in enumerate(one.days):
        for day, numbers in enumerate(life):
            named = dict(zip(telling.NAMES, numbers.tolist(), strict=True))
            row = {
                name: round(named[name], 4) if name in ("value", "best", "random") else int(named[name])
                for name in KEPT
            }
            found.append({"policy": one.policy, "persona": number, "day": day, **row})
    return found
