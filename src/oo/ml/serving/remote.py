"""`Serving` in a process of its own, at `OO_SERVING_URL`: every call is a request with a pass."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlsplit

from oo.contracts.agents import Inference, Value
from oo.contracts.decisions import UserView
from oo.contracts.errors import Problem
from oo.contracts.features import UserHistory
from oo.contracts.serving import AgentView, Heard, Standing
from oo.contracts.writing import SECONDS as WAIT
from oo.contracts.writing import Brief, Generated
from oo.kernel.http.client import Client
from oo.kernel.http.failures import HttpFailed
from oo.kernel.passes import Passes
from oo.kernel.plugins import Plugin
from oo.ml.serving import wire
from oo.ml.serving.local import views_of
from oo.ml.serving.writer import Writer

SECONDS = 30.0
"""For what no person waits for."""
_ON_THE_WAY = 1.0


class ServingAway(Problem):
    """The process that runs agents and models can't be asked just now."""

    status = 503
    code = "serving-away"


class Remote:
    """Keeps the promise `Serving` by asking elsewhere; which agents there are, it knows from their manifests here."""

    def __init__(self, url: str, plugins: Mapping[str, Plugin[Any]], passes: Passes) -> None:
        self._url = url.rstrip("/")
        self._host = urlsplit(url).netloc
        self._views = views_of(plugins)
        self._features = frozenset(name for view in self._views for name in view.features)
        self._passes = passes
        self._writer = Writer(None, lambda: 0.0)

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
        """See `Serving.compute`; raises `ServingAway`."""
        asked = wire.Compute(view, standing, parameters, None if agents is None else tuple(agents))
        return wire.read(list[Heard], await self._ask("POST", wire.COMPUTE, wire.written(asked, wire.Compute)))

    async def infer(
        self, *, history: UserHistory, agents: Collection[str] | None = None
    ) -> Mapping[str, Mapping[str, Inference]]:
        """See `Serving.infer`; raises `ServingAway`."""
        body = wire.written(wire.Infer(history), wire.Infer)
        found = {}
        for view in self._views:
            if agents is None or view.id in agents:
                path = wire.INFER.format(agent=quote(view.id, safe=""))
                found[view.id] = wire.read(dict[str, Inference], await self._ask("POST", path, body))
        return found

    async def generate(self, *, brief: Brief, seconds: float = WAIT, asked: bool = False) -> Generated:
        """See `Serving.generate`; where nobody answers, the composer does."""
        body = wire.written(wire.Write(brief, asked), wire.Write)
        try:
            reply = await self._ask("POST", wire.GENERATE, body, seconds=seconds)
        except ServingAway:
            return Generated(self._writer.composed(brief), why="serving away")
        return wire.read(Generated, reply)

    async def versions(self) -> Mapping[str, str]:
        """The agents there, with their versions; raises `ServingAway`."""
        found = wire.read(list[AgentView], await self._ask("GET", wire.REGISTRY, b""))
        return {view.id: view.version for view in found}

    async def _ask(self, method: str, path: str, body: bytes, *, seconds: float = SECONDS) -> bytes:
        sent = {
            "authorization": wire.PASS + self._passes.issue(method, path, body),
            "content-type": "application/json",
            wire.DEADLINE: str(int(seconds * 1000)),
        }
        try:
            async with self._client(seconds) as client:
                reply = await client.ask(method, self._url + path, headers=sent, content=body)
        except HttpFailed:
            raise ServingAway from None
        if reply.status != 200:
            raise ServingAway(f"The process at OO_SERVING_URL answered with {reply.status}; look at its log.")
        return reply.body

    def _client(self, seconds: float) -> Client:
        host, late = self._host.partition(":")[0], seconds + _ON_THE_WAY
        return Client(allowed=(self._host, host), seconds=late, silence=late, redirects=False)
