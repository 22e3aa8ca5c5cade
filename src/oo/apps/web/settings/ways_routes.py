"""The settings page's routes about ways to sign in: add a provider, add a passkey, remove either."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from oo.apps.web import cookies
from oo.apps.web.forms import read_form
from oo.apps.web.pages import Pages, Visitor
from oo.apps.web.settings.ways_making import WaysView, ways_view
from oo.apps.web.sign_in.passkey_routes import offered, part, sent
from oo.apps.web.sign_in.provider_routes import leave, told
from oo.contracts.errors import Refused
from oo.contracts.sign_ins import NotLetIn

HERE = "/settings#entering"


class WaysRoutes:
    """Answers for the part of the settings page that is about signing in."""

    def __init__(self, pages: Pages) -> None:
        self._promises = pages.promises
        self._pages = pages

    def routes(self) -> list[Route]:
        """The routes; problems go on to the guard, which draws them as pages."""
        return [
            Route("/settings/ways/add/{provider}", self.add, methods=["GET"]),
            Route("/settings/ways/remove", self.remove, methods=["POST"]),
            Route("/settings/passkeys/options", self.offer, methods=["POST"]),
            Route("/settings/passkeys", self.keep, methods=["POST"]),
        ]

    async def view(self, request: Request, visitor: Visitor) -> WaysView:
        """What the page shows."""
        promises = self._promises
        have = await promises.sign_ins.ways(user=visitor.user)
        possible = promises.passkeys.possible(origin=request.state.site.origin)
        return ways_view(visitor, have, promises.sign_ins.providers(), passkeys=possible)

    async def add(self, request: Request) -> Response:
        """Send the browser to a provider that is to be added.

        It starts by GET, as a page's form may not lead to another site. So that no other site starts it (and adds an
        account of its own), the browser has to say that a page of oO's did.
        """
        visitor = await self._pages.visitor(request)
        if request.method == "HEAD":
            return Response(status_code=204)
        provider = request.path_params["provider"]
        if request.headers.get("sec-fetch-site") != "same-origin":
            raise Refused("Open Settings, and add it there.")
        try:
            return await leave(self._promises.sign_ins, request, provider, HERE, adding=visitor.identity)
        except NotLetIn as problem:
            return RedirectResponse(told(provider, problem, known=True), 303)

    async def remove(self, request: Request) -> Response:
        """Take a way away; a one-time link is always another."""
        visitor = await self._pages.visitor(request)
        form = await read_form(request)
        await self._promises.sign_ins.remove(user=visitor.user, way=form.one("way"))
        return RedirectResponse("/settings?saved=1#entering", 303)

    async def offer(self, request: Request) -> Response:
        """What the browser is to make."""
        visitor = await self._pages.visitor(request)
        asked = await self._promises.passkeys.offer(identity=visitor.identity, origin=request.state.site.origin)
        return offered(request, asked)

    async def keep(self, request: Request) -> Response:
        """Keep the passkey that the browser made."""
        visitor = await self._pages.visitor(request)
        body = await sent(request)
        name = body.get("name")
        await self._promises.passkeys.add(
            identity=visitor.identity,
            origin=request.state.site.origin,
            proof=cookies.proof(request, cookies.PASSKEY),
            credential=part(body, "credential"),
            name=name if isinstance(name, str) else "",
            device=request.headers.get("user-agent", ""),
        )
        response = Response(status_code=204)
        cookies.prove(request, response, "", 0, cookies.PASSKEY)
        return response
