"""The settings page's routes: see, change, allow, sign out, export, erase."""

from __future__ import annotations

import json

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from oo.apps.web import cookies
from oo.apps.web.connect.making import gone_view
from oo.apps.web.forms import read_form
from oo.apps.web.frame import Frame, Link, Note
from oo.apps.web.pages import Pages, Visitor
from oo.apps.web.saying import problem_of
from oo.apps.web.settings.making import settings_view
from oo.apps.web.settings.person_routes import PersonRoutes
from oo.apps.web.settings.reach_routes import ReachRoutes
from oo.apps.web.settings.ways_routes import WaysRoutes
from oo.contracts.ids import HoldId, SessionId

_SWITCHES = ("low_light", "single_keys")
_VALUES = ("day_ends_at", "language", "undo_seconds", "zone")


class SettingsRoutes:
    """Answers for the settings page."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._promises = pages.promises
        self._person = PersonRoutes(pages)
        self._ways = WaysRoutes(pages)
        self._reach = ReachRoutes(pages)

    def routes(self) -> list[Route]:
        """The routes; problems go on to the guard, which draws them as pages."""
        return [
            Route("/settings", self.look, methods=["GET"]),
            Route("/settings", self.change, methods=["POST"]),
            Route("/settings/allow", self.allow, methods=["POST"]),
            Route("/settings/sign-out", self.sign_out, methods=["POST"]),
            Route("/settings/export", self.export, methods=["GET"]),
            Route("/settings/erase", self.erase, methods=["POST"]),
            *self._person.routes(),
            *self._ways.routes(),
            *self._reach.routes(),
        ]

    async def look(self, request: Request) -> Response:
        """All settings on one page."""
        visitor = await self._pages.visitor(request)
        return await self._page(request, visitor, saved="saved" in request.query_params)

    async def change(self, request: Request) -> Response:
        """Set what the form holds; a switch that is not sent is off."""
        visitor = await self._pages.visitor(request)
        form = await read_form(request)
        values = {name: form.one(name) for name in _VALUES if name in form}
        values.update({name: "true" if name in form else "false" for name in _SWITCHES})
        await self._promises.profiles.change(user=visitor.user, values=values)
        if "x-swap" in request.headers:
            return Response(status_code=204)
        return RedirectResponse("/settings?saved=1", 303)

    async def allow(self, request: Request) -> Response:
        """Take back a dismissal."""
        visitor = await self._pages.visitor(request)
        form = await read_form(request)
        await self._promises.tips.allow(user=visitor.user, hold=HoldId(form.one("hold")))
        return RedirectResponse("/settings?saved=1", 303)

    async def sign_out(self, request: Request) -> Response:
        """End a session; the own one leads back to the door."""
        visitor = await self._pages.visitor(request)
        form = await read_form(request)
        session = SessionId(form.one("session"))
        await self._promises.accounts.sign_out(user=visitor.user, session=session)
        if session != visitor.identity.session:
            return RedirectResponse("/settings", 303)
        response = RedirectResponse("/sign-in", 303)
        cookies.drop(request, response)
        return response

    async def export(self, request: Request) -> Response:
        """Everything of the person as one readable file."""
        visitor = await self._pages.visitor(request)
        everything = await self._promises.forgetting.export(user=visitor.user)
        body = json.dumps(everything, ensure_ascii=False, indent=2, default=str)
        headers = {
            "content-disposition": f'attachment; filename="oo-{visitor.now:%Y-%m-%d}.json"',
            "content-type": "application/json; charset=utf-8",
        }
        return Response(body, headers=headers)

    async def erase(self, request: Request) -> Response:
        """Delete everything of the person, once the name is typed, and show the receipt."""
        visitor = await self._pages.visitor(request)
        form = await read_form(request)
        person = await self._promises.accounts.person(user=visitor.user)
        t = visitor.t
        if _plain(form.one("name")) != _plain(person.name):
            problem = t("That is not the name. Nothing was deleted.")
            return await self._page(request, visitor, problem=problem, status=422)
        receipt = await self._promises.forgetting.erase(user=visitor.user)
        gone = t.plural(
            "The one record about you is deleted.", "All {count} records about you are deleted.", receipt.records
        )
        view = gone_view(
            receipt, (t("Everything is deleted."), gone), Link(t("One tip. Right now."), "/sign-in"), visitor
        )
        frame = Frame(language=t.language, low_light=visitor.profile.low_light)
        response = self._pages.show(request, "connect/gone.html", frame, view)
        cookies.drop(request, response)
        return response

    async def _page(
        self, request: Request, visitor: Visitor, *, saved: bool = False, problem: str = "", status: int = 200
    ) -> Response:
        view = settings_view(
            visitor,
            await self._promises.accounts.person(user=visitor.user),
            await self._promises.tips.held(user=visitor.user),
            await self._promises.accounts.sessions(identity=visitor.identity),
            await self._ways.view(request, visitor),
            await self._person.view(visitor),
            await self._reach.view(visitor, request.query_params.get("told", "")),
            saved=saved,
            problem=problem,
        )
        t = visitor.t
        told = problem_of(request.query_params, self._promises.sign_ins.providers(), t)
        frame = visitor.frame(
            start=Link(t("Tip"), "/"), end=Link(t("Connect"), "/connect"), note=Note(told) if told else None
        )
        return self._pages.show(request, "settings/page.html", frame, view, status)


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()
