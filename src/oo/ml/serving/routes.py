"""The routes of `serving`, for our own processes only: every one but its health needs a pass (docs/adr/0035).

They are mounted in `oo up` and `oo api`, and are all that `oo serving` has. They decide nothing and touch no database.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from oo.contracts.agents import Inference
from oo.contracts.errors import NotFound
from oo.contracts.serving import AgentView, Heard, Serving
from oo.contracts.writing import SECONDS, Generated, TipCandidate
from oo.kernel.http.problems import Refusal
from oo.kernel.passes import Passes, PassRefused
from oo.ml.serving import wire

LONGEST = 60.0
"""Seconds that a caller may wait."""

Work = Callable[[Request, bytes], Awaitable[bytes]]


def routes(serving: Serving, passes: Passes) -> list[Route]:
    """Every route over the promise."""

    async def registry(request: Request, body: bytes) -> bytes:
        return wire.written(list(serving.registry()), list[AgentView])

    async def compute(request: Request, body: bytes) -> bytes:
        asked = wire.read(wire.Compute, body)
        heard = await serving.compute(
            view=asked.view, standing=asked.standing, parameters=asked.parameters, agents=asked.agents
        )
        return wire.written(heard, list[Heard])

    async def infer(request: Request, body: bytes) -> bytes:
        agent = str(request.path_params["agent"])
        if agent not in {view.id for view in serving.registry()}:
            raise NotFound
        found = await serving.infer(history=wire.read(wire.Infer, body).history, agents=[agent])
        return wire.written(dict(found.get(agent, {})), dict[str, Inference])

    async def generate(request: Request, body: bytes) -> bytes:
        asked = wire.read(wire.Write, body)
        found = await serving.generate(brief=asked.brief, seconds=_seconds(request), asked=asked.asked)
        return wire.written(found, Generated)

    async def recommend(request: Request, body: bytes) -> bytes:
        asked = wire.read(wire.Write, body)
        brief = replace(asked.brief, count=1)
        found = await serving.generate(brief=brief, seconds=_seconds(request), asked=asked.asked)
        return wire.written(found.candidates[0] if found.candidates else None, TipCandidate | None)

    def route(method: str, path: str, work: Work) -> Route:
        async def endpoint(request: Request) -> Response:
            body = await request.body()
            _let_in(passes, request, body)
            return Response(await work(request, body), media_type="application/json")

        return Route(path, endpoint, methods=[method], name=f"serving.{work.__name__}")

    return [
        route("GET", wire.REGISTRY, registry),
        route("POST", wire.COMPUTE, compute),
        route("POST", wire.INFER, infer),
        route("POST", wire.GENERATE, generate),
        route("POST", wire.RECOMMEND, recommend),
    ]


def _let_in(passes: Passes, request: Request, body: bytes) -> None:
    given = request.headers.get("authorization", "")
    try:
        if not given.startswith(wire.PASS):
            raise PassRefused("This is for oO's own processes.")
        passes.check(given.removeprefix(wire.PASS), request.method, _path(request.scope), body)
    except PassRefused as why:
        raise Refusal(401, "pass-refused", str(why)) from None


def _seconds(request: Request) -> float:
    given = request.headers.get(wire.DEADLINE, "")
    return min(int(given) / 1000, LONGEST) if given.isascii() and given.isdigit() else SECONDS


def _path(scope: Any) -> str:
    """The path as it came, since a pass names what was asked for."""
    raw = scope.get("raw_path")
    return raw.decode("latin-1").partition("?")[0] if raw else str(scope["path"])
