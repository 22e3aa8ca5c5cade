"""Puts the pages together: what wiring calls."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from oo.apps.web import assets
from oo.apps.web.connect.routes import ConnectRoutes
from oo.apps.web.legal.routes import LegalRoutes
from oo.apps.web.look import Look
from oo.apps.web.pages import Pages
from oo.apps.web.promises import Promises
from oo.apps.web.settings.routes import SettingsRoutes
from oo.apps.web.sign_in.routes import SignInRoutes
from oo.apps.web.static_routes import StaticRoutes
from oo.apps.web.tip.routes import TipRoutes
from oo.contracts.errors import NotFound, Problem


@dataclass(frozen=True, slots=True)
class Web:
    """The pages: their routes, and how a problem looks to a person."""

    router: APIRouter
    pages: Pages

    def problem_page(self, request: Request, problem: Problem) -> Response:
        """The page for a problem; somebody who is not signed in is sent to sign in."""
        return self.pages.error(request, problem)

    def missing_page(self, request: Request) -> Response:
        """The page for an address that does not exist."""
        return self.pages.error(request, NotFound())

    def broken_page(self, request: Request, number: str) -> Response:
        """The page for an error of ours, with the number that the log has."""
        return self.pages.error(request, None, number)


def build(promises: Promises) -> Web:
    """The pages over the promises; no page is part of the API's schema."""
    files = assets.load()
    pages = Pages(promises, Look(files))
    router = APIRouter(include_in_schema=False)
    for part in (
        TipRoutes(pages),
        SignInRoutes(pages),
        ConnectRoutes(pages),
        SettingsRoutes(pages),
        LegalRoutes(pages),
        StaticRoutes(files),
    ):
        router.routes.extend(part.routes())
    return Web(router, pages)
