"""The sign-in routes: the door, and the one-time link."""

from __future__ import annotations

from contextlib import suppress

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from oo.apps.web import cookies
from oo.apps.web.frame import Frame
from oo.apps.web.pages import Pages
from oo.apps.web.sign_in.view import SignInView
from oo.contracts.accounts import Identity
from oo.contracts.errors import LinkUsed, NotFound
from oo.contracts.words import best_language


class SignInRoutes:
    """Answers at the door."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._promises = pages.promises

    def routes(self) -> list[Route]:
        """The routes; problems go on to the guard, which draws them as pages."""
        return [
            Route("/sign-in", self.door, methods=["GET"]),
            Route("/sign-in/{token}", self.open, methods=["GET"]),
        ]

    async def door(self, request: Request) -> Response:
        """How to come in; whoever is in already goes on to the tip."""
        if getattr(request.state, "identity", None) is not None:
            return RedirectResponse("/", 303)
        return self._pages.show(request, "sign_in/page.html", Frame(language=self._language(request)), SignInView())

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
        before: Identity | None = getattr(request.state, "identity", None)
        if before is not None:  # this browser has one session: the one that the link just opened
            with suppress(NotFound):
                await self._promises.accounts.sign_out(user=before.user, session=before.session)
        language = self._language(request)
        if session.first and language != "en":
            await self._promises.profiles.change(user=session.user, values={"language": language})
        response = RedirectResponse("/", 303)
        cookies.keep(request, response, session.cookie, session.expires_at - self._promises.clock.now())
        return response

    def _language(self, request: Request) -> str:
        return best_language(request.headers.get("accept-language", ""))
