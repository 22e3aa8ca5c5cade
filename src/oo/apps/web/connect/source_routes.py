"""The routes of sources on other servers: letting oO in at a provider, giving an address, and being called."""

from __future__ import annotations

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from oo.apps.web.connect.making import new_view
from oo.apps.web.forms import read_form
from oo.apps.web.frame import Link
from oo.apps.web.pages import Pages, Visitor
from oo.contracts.connectors import Reconnect, TryLater
from oo.contracts.errors import Invalid, NotFound, Problem, Refused, Unusable
from oo.contracts.sources import ConnectorView

_PARAMETERS = ("state", "code", "error", "iss")
_LONGEST = 4_000
_SAID = (Invalid, Refused, Unusable, TryLater, Reconnect)


class SourceRoutes:
    """Answers for sources that are accounts or addresses."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._sources = pages.promises.sources

    def routes(self) -> list[Route]:
        """The routes; problems go on to the guard, which draws them as pages."""
        return [
            Route("/connect/new/{connector}", self.new, methods=["GET"]),
            Route("/connect/new/{connector}", self.add, methods=["POST"]),
            Route("/connect/new/{connector}/go", self.go, methods=["GET"]),
            Route("/connect/new/{connector}/allow", self.allow, methods=["POST"]),
            Route("/connect/new/{connector}/allowed", self.allowed, methods=["POST"]),
            Route("/oauth/callback/{connector}", self.back, methods=["GET"]),
            Route("/hooks/{connector}", self.hook, methods=["POST"]),
        ]

    async def new(self, request: Request) -> Response:
        """What would be read and why, and the way in."""
        visitor = await self._pages.visitor(request)
        return await self._page(request, visitor)

    async def go(self, request: Request) -> Response:
        """To the provider: by GET, as the policy of forms holds for where their answers lead, too."""
        visitor = await self._pages.visitor(request)
        try:
            to = await self._sources.begin_account(
                user=visitor.user,
                session=visitor.identity.session,
                connector=request.path_params["connector"],
                origin=request.state.site.origin,
            )
        except Refused as problem:
            return await self._page(request, visitor, problem)
        return RedirectResponse(to, 303)

    async def back(self, request: Request) -> Response:
        """From the provider. What went wrong is said on the page where it began; the answer itself is never drawn."""
        visitor = await self._pages.visitor(request)
        said = {name: request.query_params.get(name, "") for name in _PARAMETERS if name in request.query_params}
        repeated = len(request.query_params.multi_items()) != len(request.query_params)
        if repeated or any(len(value) > _LONGEST for value in said.values()):
            said = {}
        try:
            one = await self._sources.finish_account(
                user=visitor.user,
                session=visitor.identity.session,
                connector=request.path_params["connector"],
                answer=said,
            )
        except _SAID as problem:
            return await self._page(request, visitor, problem)
        return RedirectResponse(f"/connect/{one.id}", 303)

    async def add(self, request: Request) -> Response:
        """Read and keep an address; what cannot be used is said where it was typed."""
        visitor = await self._pages.visitor(request)
        form = await read_form(request)
        address, user, password = form.one("address"), form.one("user"), form.one("password")
        try:
            one = await self._sources.add_address(
                user=visitor.user,
                connector=request.path_params["connector"],
                address=address,
                name=user,
                password=password,
            )
        except _SAID as problem:
            return await self._page(request, visitor, problem, address, user)
        return RedirectResponse(f"/connect/{one.id}", 303)

    async def allow(self, request: Request) -> Response:
        """Ask a server for a password of oO's own; the person allows it on a page of that server."""
        visitor = await self._pages.visitor(request)
        address = (await read_form(request)).one("address")
        try:
            to = await self._sources.delegate(
                user=visitor.user,
                session=visitor.identity.session,
                connector=request.path_params["connector"],
                address=address,
            )
        except _SAID as problem:
            return await self._page(request, visitor, problem, address)
        if to is None:
            none = Invalid("This server has no such way. Make an app password there, and type it here.")
            return await self._page(request, visitor, none, address)
        return await self._page(request, visitor, None, address, allow=to)

    async def allowed(self, request: Request) -> Response:
        """The person says that they allowed it."""
        visitor = await self._pages.visitor(request)
        form = await read_form(request)
        try:
            one = await self._sources.delegated(
                user=visitor.user, session=visitor.identity.session, connector=request.path_params["connector"]
            )
        except _SAID as problem:
            return await self._page(request, visitor, problem, form.one("address"))
        if one is None:
            waits = Invalid("It is not allowed there yet. Open the page, allow it, and come back.")
            return await self._page(request, visitor, waits, form.one("address"), allow=form.one("allow"))
        return RedirectResponse(f"/connect/{one.id}", 303)

    async def hook(self, request: Request) -> Response:
        """A provider calls; its signature is its authority."""
        headers = {name.lower(): value for name, value in request.headers.items()}
        await self._sources.hook(connector=request.path_params["connector"], headers=headers, body=await request.body())
        return Response(status_code=200)

    async def _page(
        self,
        request: Request,
        visitor: Visitor,
        problem: Problem | None = None,
        address: str = "",
        user: str = "",
        allow: str = "",
    ) -> Response:
        said = visitor.t.sentence(problem.detail) if problem else ""
        view = new_view(await self._connector(request), visitor, request.state.site.origin, said)
        view = replace(view, address=address, user=user)
        if allow.startswith(("https://", "http://")):
            view = replace(view, allow=Link(visitor.t("Open it there"), allow))
        frame = visitor.frame(start=Link(visitor.t("Connect"), "/connect"))
        return self._pages.show(request, "connect/new.html", frame, view, problem.status if problem else 200)

    async def _connector(self, request: Request) -> ConnectorView:
        wanted = request.path_params["connector"]
        for one in await self._sources.connectors():
            if one.id == wanted and one.kind in ("account", "address"):
                return one
        raise NotFound
