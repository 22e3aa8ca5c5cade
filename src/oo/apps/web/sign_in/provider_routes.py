"""To a provider and back: the only pages between which a person leaves oO to sign in."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from oo.apps.web import cookies
from oo.apps.web.pages import Pages
from oo.apps.web.sign_in.entering import enter
from oo.contracts.accounts import Identity
from oo.contracts.sign_ins import Answered, NotLetIn, SignIns


class ProviderRoutes:
    """Answers for signing in by a provider."""

    def __init__(self, pages: Pages) -> None:
        self._promises = pages.promises

    def routes(self) -> list[Route]:
        """The routes; problems go on to the guard, which draws them as pages."""
        return [
            Route("/sign-in/with/{provider}", self.begin, methods=["GET"]),
            Route("/sign-in/from/{provider}", self.arrive, methods=["GET"]),
        ]

    async def begin(self, request: Request) -> Response:
        """Send the browser to the provider; a mere preview begins nothing."""
        if request.method == "HEAD" or "sec-purpose" in request.headers or "purpose" in request.headers:
            return Response(status_code=204)
        back, provider = request.query_params.get("back", "/"), request.path_params["provider"]
        try:
            return await leave(self._promises.sign_ins, request, provider, back)
        except NotLetIn as problem:
            return RedirectResponse(told(provider, problem), 303)

    async def arrive(self, request: Request) -> Response:
        """Let in whom the provider knows; the answer holds nothing and leads on at once."""
        if request.method == "HEAD" or "sec-purpose" in request.headers or "purpose" in request.headers:
            return Response(status_code=204)
        given = request.query_params
        provider = request.path_params["provider"]
        answered = Answered(
            provider, given.get("state", ""), given.get("code", ""), given.get("iss"), given.get("error", "")
        )
        identity: Identity | None = getattr(request.state, "identity", None)
        try:
            arrived = await self._promises.sign_ins.arrive(
                answered=answered,
                proof=cookies.proof(request),
                origin=request.state.site.origin,
                device=request.headers.get("user-agent", ""),
                identity=identity,
            )
        except NotLetIn as problem:
            response = RedirectResponse(told(provider, problem, known=identity is not None), 303)
        else:
            response = RedirectResponse(arrived.back, 303)
            if arrived.session is not None:
                await enter(self._promises, request, response, arrived.session)
        cookies.prove(request, response, "", 0)
        return response


async def leave(
    sign_ins: SignIns, request: Request, provider: str, back: str, adding: Identity | None = None
) -> Response:
    """To the provider, with the cookie that proves later on that it is the same browser; raises `NotLetIn`."""
    begun = await sign_ins.begin(provider=provider, origin=request.state.site.origin, back=back, adding=adding)
    response = RedirectResponse(begun.url, 303)
    cookies.prove(request, response, begun.proof, begun.lasts)
    return response


def told(provider: str, problem: NotLetIn, *, known: bool = False) -> str:
    """The page that says why nobody was let in: a word of ours, and nothing that the provider sent."""
    where = "/settings" if known else "/sign-in"
    return f"{where}?{urlencode({'by': provider[:20], 'why': problem.why})}"
