"""`Serving` in this process: every discovered agent, loaded when it is first asked, and who writes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, cast

from oo.contracts.agents import Agent, Inference, Value
from oo.contracts.decisions import UserView
from oo.contracts.features import UserHistory
from oo.contracts.manifests import AgentManifest
from oo.contracts.serving import AgentView, Heard, ParameterView, Standing
from oo.contracts.words.voice import voice
from oo.contracts.writing import SECONDS, Brief, Generated
from oo.engine.when import today, zone_of
from oo.kernel.log import get_logger
from oo.kernel.plugins import BrokenPlugin, Plugin
from oo.kernel.tracing import span
from oo.ml.serving.gate import Gate, Refused
from oo.ml.serving.inference import default_of, run_inference
from oo.ml.serving.running import run_agent
from oo.ml.serving.writer import Writer, worth_asking

log = get_logger("serving")


class Local:
    """Keeps the promise `Serving`."""

    def __init__(
        self, plugins: Mapping[str, Plugin[Any]], writer: Writer | None = None, gate: Gate | None = None
    ) -> None:
        """Without a `writer`, candidates are the composer's; without a `gate`, every call goes to the model at once."""
        self._plugins, self._writer, self._gate = dict(plugins), writer or Writer(None, lambda: 0.0), gate
        self._loaded: dict[str, Agent | None] = {}
        self._views = views_of(self._plugins)
        self._defaults = {
            name: {key: default_of(one) for key, one in plugin.manifest.parameters.items()}
            for name, plugin in self._plugins.items()
        }
        self._features = frozenset(name for view in self._views for name in view.features)

    def registry(self) -> Sequence[AgentView]:
        """See `Serving.registry`."""
        return self._views

    def features(self) -> frozenset[str]:
        """See `Serving.features`."""
        return self._features

    async def compute(
        self,
        *,
        view: UserView,
        standing: Standing,
        parameters: Mapping[str, Mapping[str, Value]],
        agents: Collection[str] | None = None,
    ) -> list[Heard]:
        """See `Serving.compute`."""
        tongue = voice(view.language, zone_of(view.context.zone), today(view.context))
        heard: list[Heard] = []
        for name, manifest, agent in self._asked(agents):
            known = dict(self._defaults[name])
            known |= {key: value for key, value in parameters.get(name, {}).items() if key in known}
            one = await run_agent(name, manifest, agent, view, standing, tongue, known)
            if one.why_not is not None and one.why_not.startswith("failed:"):
                log.warning("agent.failed", plugin=name, error=one.why_not.removeprefix("failed:"))
            heard.append(one)
        return heard

    async def infer(
        self, *, history: UserHistory, agents: Collection[str] | None = None
    ) -> Mapping[str, Mapping[str, Inference]]:
        """See `Serving.infer`."""
        return {name: run_inference(manifest, agent.infer, history) for name, manifest, agent in self._asked(agents)}

    async def generate(self, *, brief: Brief, seconds: float = SECONDS, asked: bool = False) -> Generated:
        """See `Serving.generate`."""
        with span("invoke_workflow tips") as traced:
            found = await self._generated(brief, seconds, asked=asked)
            first = found.candidates[0] if found.candidates else None
            traced.set(gen_ai__operation__name="invoke_workflow", oo__asked=asked, oo__tries=found.tries)
            traced.set(oo__candidates=len(found.candidates), oo__reason=(found.why or "written").replace(" ", "-"))
            traced.set(oo__source="none" if first is None else first.source, oo__sent_bytes=found.egress.bytes)
            traced.set(gen_ai__prompt__name="" if first is None else first.prompt_version)
            return found

    async def _generated(self, brief: Brief, seconds: float, *, asked: bool) -> Generated:
        if self._gate is None or self._writer.gateway is None or not worth_asking(brief):
            return await self._writer.generate(brief, seconds)

        async def written(left: float) -> tuple[Brief, Generated]:
            return brief, await self._writer.generate(brief, left)

        try:
            told, found = await self._gate.through(
                brief.user, written, asked=asked, seconds=seconds, well=lambda made: made[1].is_written
            )
        except Refused as refused:
            return Generated(self._writer.composed(brief), why=refused.why)
        if told is not brief and _matter(told) != _matter(brief):  # the call under way was told of things as they were
            return Generated(self._writer.composed(brief), why="too-late")
        return found

    def _asked(self, names: Collection[str] | None) -> list[tuple[str, AgentManifest, Agent]]:
        found: list[tuple[str, AgentManifest, Agent]] = []
        for name, plugin in sorted(self._plugins.items()):
            if names is not None and name not in names:
                continue
            agent = self._agent(name, plugin)
            if agent is not None:
                found.append((name, plugin.manifest, agent))
        return found

    def _agent(self, name: str, plugin: Plugin[Any]) -> Agent | None:
        if name not in self._loaded:
            try:
                self._loaded[name] = cast("Agent", plugin.load())
            except BrokenPlugin:
                log.warning("plugin.broken", plugin=name, seam="agents")
                self._loaded[name] = None
        return self._loaded[name]


def views_of(plugins: Mapping[str, Plugin[Any]]) -> tuple[AgentView, ...]:
    """Agents as the registry shows them, by id, from their manifests alone."""
    return tuple(_view(name, plugin.manifest) for name, plugin in sorted(plugins.items()))


def _matter(brief: Brief) -> tuple[object, ...]:
    """What of a brief words follow from: all but the moment and what was said before, in no order."""
    things = sorted(brief.things, key=lambda one: one.facts.ref)
    thoughts = sorted((one.ref, one.version, one.text, one.insight) for one in brief.thoughts)
    known = brief.snippets, brief.contexts, dict(brief.preferences), brief.clouds
    return brief.language, brief.context.zone, brief.context.day_start, things, thoughts, *known


def _view(name: str, manifest: AgentManifest) -> AgentView:
    return AgentView(
        id=name,
        name=manifest.name,
        summary=manifest.summary,
        version=manifest.version,
        stage=manifest.stage,
        ttl_minutes=manifest.ttl_minutes,
        consents=manifest.consents,
        silenced_in=manifest.silenced_in,
        features=manifest.features,
        parameters=tuple(
            ParameterView(
                *(key, one.evidence, one.minimum, default_of(one)),
                *(one.unit, one.says, one.says_one, one.says_none),
            )
            for key, one in manifest.parameters.items()
        ),
    )
