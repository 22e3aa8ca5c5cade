"""The legal pages' routes: open to everybody, in their language."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from oo.apps.web.frame import Frame, Link
from oo.apps.web.legal.view import LegalView
from oo.apps.web.pages import Pages
from oo.contracts.words import best_language, translator


class LegalRoutes:
    """Answers with terms and privacy."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    def routes(self) -> list[Route]:
        """The routes."""
        return [
            Route("/legal/terms", self.terms, methods=["GET"]),
            Route("/legal/privacy", self.privacy, methods=["GET"]),
        ]

    async def terms(self, request: Request) -> Response:
        """The terms."""
        return await self._page(request, "legal/terms.html")

    async def privacy(self, request: Request) -> Response:
        """What is kept, how long, and where it goes."""
        return await self._page(request, "legal/privacy.html")

    async def _page(self, request: Request, template: str) -> Response:
        if getattr(request.state, "identity", None) is not None:
            visitor = await self._pages.visitor(request)
            frame = visitor.frame(start=Link(visitor.t("Tip"), "/"), end=Link(visitor.t("Settings"), "/settings"))
        else:
            t = translator(best_language(request.headers.get("accept-language", "")))
            frame = Frame(language=t.language)
        return self._pages.show(request, template, frame, LegalView())
