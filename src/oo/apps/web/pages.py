"""Who is asking, and how a page leaves: identity, language and zone in; framed and compressed HTML out."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import MutableMapping
from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus
from typing import Any
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from oo.apps.web.errors.view import ErrorView
from oo.apps.web.frame import Frame, Link, Note
from oo.apps.web.look import Look
from oo.apps.web.promises import Promises
from oo.contracts.accounts import Identity
from oo.contracts.errors import SignInNeeded
from oo.contracts.ids import UserId
from oo.contracts.profiles import Profile
from oo.contracts.words import Translator, best_language, translator
from oo.kernel.http.problems import Fault


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

    def frame(self, start: Link | None = None, end: Link | None = None, note: Note | None = None) -> Frame:
        """The frame of the person's pages, with the bar's links and a note."""
        return Frame(
            language=self.t.language,
            low_light=self.profile.low_light,
            single_keys=self.profile.single_keys,
            csrf=self.identity.csrf,
            person=person_token(self.user),
            zone=self.profile.zone,
            start=start,
            end=end,
            note=note,
        )


class Pages:
    """Draws pages for visitors."""

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

    def show(self, request: Request, template: str, frame: Frame, view: object, status: int = 200) -> Response:
        """The page as a response, compressed when the browser can."""
        body = self._look.draw(template, frame, view).encode()
        headers = {"content-type": "text/html; charset=utf-8", "vary": "accept-encoding, cookie"}
        if "gzip" in request.headers.get("accept-encoding", ""):
            body = gzip.compress(body, 6, mtime=0)
            headers["content-encoding"] = "gzip"
        return Response(body, status, headers)

    def fault(self, fault: Fault, scope: MutableMapping[str, Any]) -> Response:
        """The page for what went wrong, in the language that the browser asks for: the guard's `Page`."""
        accepted = dict(scope["headers"]).get(b"accept-language", b"").decode("latin-1")
        t = translator(best_language(accepted))
        home = Link(t("Tip"), "/")
        if fault.number is not None:
            view = ErrorView(t("Something broke here, not with you."), t("Number {number}.", number=fault.number), home)
        elif fault.status == HTTPStatus.NOT_FOUND:
            view = ErrorView(t("Nothing here."), link=home)
        else:
            view = ErrorView(t("That did not work. Nothing was changed."), t(fault.detail), home)
        return self.show(Request(scope), "errors/page.html", Frame(language=t.language), view, fault.status)


def person_token(user: UserId) -> str:
    """What the browser tells people apart by, to keep one's things from another; says nothing and changes nothing."""
    return hashlib.sha256(f"offline\0{user}".encode()).hexdigest()[:16]


def with_note(frame: Frame, text: str, link: Link | None = None) -> Frame:
    """The frame with a note under the bar."""
    return replace(frame, note=Note(text, link))
