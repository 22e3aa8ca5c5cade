"""The application that a server serves: the API and the pages over the promises, inside the guard."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from fastapi.middleware.asyncexitstack import AsyncExitStackMiddleware
from fastapi.telemetry import TelemetryConfig
from starlette.requests import Request
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from oo.apps import api
from oo.apps.api.direct import DirectRoute
from oo.apps.api.health import Wellness
from oo.apps.api.promises import Person
from oo.apps.web import build as web
from oo.apps.web.promises import Promises
from oo.contracts.accounts import Accounts
from oo.contracts.consents import Consenting, Consents
from oo.contracts.contexts import Contexts
from oo.contracts.deliveries import Deliveries
from oo.contracts.experiments import Experiments
from oo.contracts.forgetting import Forgetting
from oo.contracts.knowledge import Knowledge
from oo.contracts.profiles import Profiles
from oo.contracts.serving import Hearings, Serving
from oo.contracts.sign_ins import Automation, Passkeys, SignIns
from oo.contracts.sources import Sources
from oo.contracts.tails import EventTail
from oo.contracts.tips import Tips
from oo.kernel.clock import Clock
from oo.kernel.http.guard import Guard, Public
from oo.kernel.http.site import Sites
from oo.kernel.http.throttle import Pace
from oo.kernel.ids import Ids
from oo.kernel.passes import Passes
from oo.ml.serving.routes import routes as serving_routes
from oo.modules.auth.sessions import ABSOLUTE

PUBLIC = Public(
    exact=frozenset({"/health", "/api/auth/token", "/recommend", "/generate", *web.PUBLIC}),
    prefixes=("/sign-in/", "/static/", "/agents/", "/hooks/", web.ANSWERS),
    files="/static/",
    door="/sign-in",
    kept=frozenset({"/api/agents/registry"}),
    uploads=web.UPLOADS,
    asking=frozenset({"/api/recommend"}),
    tried=frozenset({"/api/auth/token"}),
    slow=web.SLOW,
    agree="/agree",
    before=web.UNAGREED,
)
"""What anybody may open; every other route needs a session. What is for our own processes asks for a pass instead."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What the application needs beside the promises."""

    clock: Clock
    ids: Ids
    sites: Sites
    state: Callable[[], Awaitable[Mapping[str, Wellness]]]
    access: Callable[[str, str, int, float], None] | None = None
    pace: Pace | None = None
    """How fast an account may change things; None is the house's own."""
    passes: Passes | None = None
    """What lets our own processes in to `serving`; without it those routes aren't there."""


class Inside(FastAPI):
    """The routes alone: what they raise reaches the guard, which answers for all of them."""

    def __init__(self, routes: Sequence[BaseRoute]) -> None:
        """Without FastAPI's pages and telemetry: the guard begins the trace, and a span would hold addresses."""
        silent = TelemetryConfig(tracing=False, metrics=False, logs=False)
        super().__init__(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False, telemetry=silent)
        self.router.routes.extend(routes)
        self._direct = {
            (method, route.path): route.endpoint
            for route in routes
            if isinstance(route, DirectRoute)
            for method in route.methods or ()
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request; a direct route is called without the layers between, which cost more than it does."""
        endpoint = self._direct.get((scope["method"], scope["path"])) if scope["type"] == "http" else None
        if endpoint is None:
            await super().__call__(scope, receive, send)
            return
        scope["endpoint"] = endpoint
        response = await endpoint(Request(scope, receive))
        await response(scope, receive, send)

    def build_middleware_stack(self) -> ASGIApp:
        """FastAPI's own layers for errors are left out; the guard has theirs, and every request pays for each."""
        return AsyncExitStackMiddleware(self.router)


def inside(promises: Mapping[Any, Any], tools: Tools) -> tuple[Inside, web.Web]:
    """The routes over the promises, without the guard, and the pages."""
    pages = web.build(
        Promises(
            tips=promises[Tips],
            accounts=promises[Accounts],
            sign_ins=promises[SignIns],
            passkeys=promises[Passkeys],
            profiles=promises[Profiles],
            sources=promises[Sources],
            forgetting=promises[Forgetting],
            consents=promises[Consents],
            consenting=promises[Consenting],
            contexts=promises[Contexts],
            knowledge=promises[Knowledge],
            serving=promises[Serving],
            deliveries=promises[Deliveries],
            clock=tools.clock,
            ids=tools.ids,
        )
    )
    person = Person(
        profiles=promises[Profiles],
        consents=promises[Consents],
        consenting=promises[Consenting],
        contexts=promises[Contexts],
        knowledge=promises[Knowledge],
        serving=promises[Serving],
        hearings=promises[Hearings],
    )
    routes = api.build(
        *(promises[Tips], promises[EventTail], promises[Experiments], promises[Automation]),
        *(promises[Deliveries], person, tools.state),
    ).routes
    for_our_own = [] if tools.passes is None else serving_routes(promises[Serving], tools.passes)
    return Inside([*routes, *for_our_own, *pages.router.routes]), pages


def application(promises: Mapping[Any, Any], tools: Tools) -> Guard:
    """Everything that a server serves."""
    app, pages = inside(promises, tools)
    accounts: Accounts = promises[Accounts]

    return Guard(
        app,
        authenticate=lambda cookie: accounts.authenticate(cookie=cookie),
        public=PUBLIC,
        sites=tools.sites,
        session_seconds=int(ABSOLUTE.total_seconds()),
        page=pages.fault_page,
        access=tools.access,
        pace=tools.pace,
        names={route.endpoint: route.path for route in app.router.routes if isinstance(route, Route)},
    )
