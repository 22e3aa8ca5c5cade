"""The sign-in routes: the door, the one-time link, and providers."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from oo.apps.web.frame import Frame, Link
from oo.apps.web.pages import Pages
from oo.apps.web.saying import problem_of
from oo.apps.web.sign_in.entering import enter
from oo.apps.web.sign_in.passkey_routes import PasskeyRoutes
from oo.apps.web.sign_in.provider_routes import ProviderRoutes
from oo.apps.web.sign_in.view import AgreeView, SignInView
from oo.contracts.errors import LinkUsed
from oo.contracts.words import best_language, translator


class SignInRoutes:
    """Answers at the door."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._promises = pages.promises
        self._providers = ProviderRoutes(pages)
        self._passkeys = PasskeyRoutes(pages)

    def routes(self) -> list[Route]:
        """The routes; problems go on to the guard, which draws them as pages."""
        return [
            Route("/sign-in", self.door, methods=["GET"]),
            Route("/sign-in/{token}", self.open, methods=["GET"]),
            *self._providers.routes(),
            *self._passkeys.routes(),
            Route("/agree", self.ask, methods=["GET"]),
            Route("/agree", self.agree, methods=["POST"]),
        ]

    async def door(self, request: Request) -> Response:
        """How to come in; whoever is in already goes on to the tip."""
        if getattr(request.state, "identity", None) is not None:
            return RedirectResponse("/", 303)
        language, providers = self._language(request), self._promises.sign_ins.providers()
        view = SignInView(
            providers=tuple(Link(provider.name, f"/sign-in/with/{provider.id}") for provider in providers),
            passkeys=await self._promises.passkeys.kept(origin=request.state.site.origin),
            problem=problem_of(request.query_params, providers, translator(language)),
        )
        return self._pages.show(request, "sign_in/page.html", Frame(language=language), view)

    async def open(self, request: Request) -> Response:
        """Open a session with the link's token; a mere preview of the link opens nothing."""
        if request.method == "HEAD" or "sec-purpose" in request.headers or "purpose" in request.headers:
            return Response(status_code=204)
        device = request.headers.get("user-agent", "")
        try:
            session = await self._promises.accounts.redeem(token=request.path_params["token"], device=device)
        except LinkUsed as problem:
            frame = Frame(language=self._language(request))
            return self._pages.show(request, "sign_in/page.html", frame, SignInView(used=True), problem.status)
        response = RedirectResponse("/", 303)
        await enter(self._promises, request, response, session)
        return response

    async def ask(self, request: Request) -> Response:
        """The terms have changed: read them, accept them, or leave with everything."""
        visitor = await self._pages.visitor(request)
        return self._pages.show(request, "sign_in/agree.html", visitor.frame(), AgreeView(visitor.identity.session))

    async def agree(self, request: Request) -> Response:
        """Record that the person accepts them."""
        visitor = await self._pages.visitor(request)
        await self._promises.accounts.agree(identity=visitor.identity)
        return RedirectResponse("/", 303)

    def _language(self, request: Request) -> str:
        return best_language(request.headers.get("accept-language", ""))
