"""Who is asking, and how an answer leaves: identity, language and zone in; framed, compressed, guarded HTML out."""

from __future__ import annotations

import gzip
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from oo.apps.web.errors.view import ErrorView
from oo.apps.web.forms import Form, read_form
from oo.apps.web.frame import Frame, Link, Note
from oo.apps.web.look import Look
from oo.apps.web.promises import Promises
from oo.contracts.accounts import Identity
from oo.contracts.errors import NotFound, Problem, SignInNeeded
from oo.contracts.ids import UserId
from oo.contracts.profiles import Profile
from oo.contracts.words import Translator, best_language, translator

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; manifest-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Content-Security-Policy of every page: nothing inline, nothing from another host."""

Handler: TypeAlias = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who is asking, with what every page needs to know of them."""

    identity: Identity
    profile: Profile
    t: Translator
    now: datetime
    """In the person's zone."""

    @property
    def user(self) -> UserId:
        """The person."""
        return self.identity.user

    @property
    def zone(self) -> ZoneInfo:
        """The person's zone."""
        return ZoneInfo(self.profile.zone)

    def frame(self, start: Link | None = None, end: Link | None = None) -> Frame:
        """The frame of the person's pages, with the bar's links."""
        return Frame(
            language=self.t.language,
            low_light=self.profile.low_light,
            single_keys=self.profile.single_keys,
            csrf=self.identity.csrf,
            zone=self.profile.zone,
            start=start,
            end=end,
        )


class Pages:
    """Draws pages for visitors and turns problems into pages."""

    def __init__(self, promises: Promises, look: Look) -> None:
        self.promises = promises
        self._look = look

    async def visitor(self, request: Request) -> Visitor:
        """Who is asking; raises `SignInNeeded` when nobody is signed in."""
        identity: Identity | None = getattr(request.state, "identity", None)
        if identity is None:
            raise SignInNeeded
        profile = await self.promises.profiles.get(user=identity.user)
        now = self.promises.clock.now().astimezone(ZoneInfo(profile.zone))
        return Visitor(identity, profile, translator(profile.language), now)

    async def form(self, request: Request, visitor: Visitor) -> Form:
        """The form that the visitor sent; raises `Invalid` or `StalePage`."""
        return await read_form(request, visitor.identity)

    def show(self, request: Request, template: str, frame: Frame, view: object, status: int = 200) -> Response:
        """The page as a response: compressed when the browser can, never stored, under the strict policy."""
        body = self._look.draw(template, frame, view).encode()
        headers = {
            "content-type": "text/html; charset=utf-8",
            "content-security-policy": POLICY,
            "cache-control": "no-store",
            "referrer-policy": "same-origin",
            "x-content-type-options": "nosniff",
            "cross-origin-opener-policy": "same-origin",
            "vary": "accept-encoding, cookie",
        }
        if "gzip" in request.headers.get("accept-encoding", ""):
            body = gzip.compress(body, 6, mtime=0)
            headers["content-encoding"] = "gzip"
        return Response(body, status, headers)

    def error(self, request: Request, problem: Problem | None, number: str = "") -> Response:
        """The page for a problem; without one, for something that broke, with the number to find it by."""
        if isinstance(problem, SignInNeeded):
            return RedirectResponse("/sign-in", 303)
        t = translator(best_language(request.headers.get("accept-language", "")))
        home = Link(t("Tip"), "/")
        if problem is None:
            view = ErrorView(t("Something broke here, not with you."), t("Number {number}.", number=number), home)
            return self.show(request, "errors/page.html", Frame(language=t.language), view, 500)
        if isinstance(problem, NotFound):
            view = ErrorView(t("Nothing here."), link=home)
        else:
            view = ErrorView(t("That did not work. Nothing was changed."), t(problem.detail), home)
        return self.show(request, "errors/page.html", Frame(language=t.language), view, problem.status)

    def guarded(self, handler: Handler) -> Handler:
        """The handler, with its problems answered as pages."""

        async def answer(request: Request) -> Response:
            try:
                return await handler(request)
            except Problem as problem:
                return self.error(request, problem)

        return answer


def with_note(frame: Frame, text: str, link: Link | None = None) -> Frame:
    """The frame with a note under the bar."""
    return replace(frame, note=Note(text, link))
