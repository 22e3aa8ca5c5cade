"""Puts the pages together: what wiring calls."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter

from oo.apps.web import assets
from oo.apps.web.connect.routes import ConnectRoutes
from oo.apps.web.connect.source_routes import SourceRoutes
from oo.apps.web.legal.routes import LegalRoutes
from oo.apps.web.look import Look
from oo.apps.web.pages import Pages
from oo.apps.web.promises import Promises
from oo.apps.web.reach.answer_routes import AnswerRoutes
from oo.apps.web.reach.push_routes import PushRoutes
from oo.apps.web.settings.routes import SettingsRoutes
from oo.apps.web.sign_in.routes import SignInRoutes
from oo.apps.web.static_routes import StaticRoutes
from oo.apps.web.tip.offline import OfflineRoutes
from oo.apps.web.tip.routes import TipRoutes
from oo.kernel.http.problems import Page

PUBLIC = ("/sign-in", "/legal/terms", "/legal/privacy", "/favicon.ico", "/sw.js", "/push.js", "/offline", "/react")
"""The pages that need no session, beside the one-time links below /sign-in/ and the files below /static/."""

SLOW = ("/sign-in/with/", "/sign-in/from/", "/sign-in/passkey")
"""What asks a provider, or leaves a row, for anybody."""

UNAGREED = frozenset({"/agree", "/zone", "/settings", "/settings/sign-out", "/settings/export", "/settings/erase"})
"""What is open to whoever has not accepted the terms that hold: to look at them, take everything along, and leave."""

ANSWERS = "/answer/"
"""Below it are pages that need no session either: a message's token is enough."""

UPLOADS = frozenset({"/connect/upload"})
"""The paths that take a form with a file."""


@dataclass(frozen=True, slots=True)
class Web:
    """The pages: their routes, and the page of what went wrong."""

    router: APIRouter
    fault_page: Page
    """Draws a fault for the guard."""


def build(promises: Promises) -> Web:
    """The pages over the promises; no page is part of the API's schema."""
    files = assets.load()
    pages = Pages(promises, Look(files))
    router = APIRouter(include_in_schema=False)
    for part in (
        TipRoutes(pages),
        OfflineRoutes(pages),
        SignInRoutes(pages),
        ConnectRoutes(pages),
        PushRoutes(pages),
        AnswerRoutes(pages),
        SourceRoutes(pages),
        SettingsRoutes(pages),
        LegalRoutes(pages),
        StaticRoutes(files),
    ):
        router.routes.extend(part.routes())
    return Web(router, pages.fault)
