"""The settings page's routes about reaching a person: how often, when not, by which ways, and why nothing came."""

from __future__ import annotations

from datetime import time
from typing import Literal

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from oo.apps.web.forms import Form, read_form
from oo.apps.web.frame import Link
from oo.apps.web.pages import Pages, Visitor
from oo.apps.web.settings.reach_making import ledger_view, reach_view
from oo.apps.web.settings.reach_view import ReachView
from oo.contracts.contexts import CONTEXTS
from oo.contracts.errors import Conflict, Invalid, NotFound, Problem, TooMany

_SHOWN = 50
TOLD = ("sent", "asked", "added")
"""What the page may be told, by an address, that just happened."""


class ReachRoutes:
    """Answers for the parts of the settings page that are about reaching a person."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._deliveries = pages.promises.deliveries

    def routes(self) -> list[Route]:
        """The routes; problems go on to the guard, which draws them as pages."""
        return [
            Route("/settings/often", self.often, methods=["POST"]),
            Route("/settings/quiet", self.quiet, methods=["POST"]),
            Route("/settings/way", self.add, methods=["POST"]),
            Route("/settings/way/test", self.test, methods=["POST"]),
            Route("/settings/way/stop", self.stop, methods=["POST"]),
            Route("/settings/silences", self.silences, methods=["GET"]),
        ]

    async def view(self, visitor: Visitor, told: str = "") -> ReachView:
        """What the page shows."""
        user, t = visitor.user, visitor.t
        words = {
            "sent": t("Sent. It shows there in a moment."),
            "asked": t("A mail asks whether the address is yours."),
            "added": t("Saved."),
        }
        return reach_view(
            visitor,
            await self._deliveries.channels(user=user),
            await self._deliveries.wishes(user=user),
            await self._why(visitor),
            told=words.get(told, ""),
        )

    async def often(self, request: Request) -> Response:
        """Turn the dial."""
        visitor = await self._pages.visitor(request)
        value = (await read_form(request)).one("a_day")
        if not (value.isascii() and value.isdigit() and len(value) <= 2):
            raise Invalid("How often is a number from 0 to 8.")
        await self._deliveries.wish(user=visitor.user, a_day=int(value))
        return _saved(request)

    async def quiet(self, request: Request) -> Response:
        """Set quiet hours, and the contexts in which nothing is sent."""
        visitor = await self._pages.visitor(request)
        form = await read_form(request)
        silent = [context for context in CONTEXTS if context in form.all("silent")]
        await self._deliveries.wish(user=visitor.user, quiet=_quiet(form), silent_in=silent)
        return _saved(request)

    async def add(self, request: Request) -> Response:
        """Add an address by hand; where a channel asks first, it is asked now."""
        visitor = await self._pages.visitor(request)
        form = await read_form(request)
        channels = await self._deliveries.channels(user=visitor.user)
        channel = next((one for one in channels if one.id == form.one("channel") and one.fields), None)
        if channel is None:
            raise NotFound("There is no such way.")
        values = {field.name: form.one(field.name).strip() for field in channel.fields}
        name = _short(next((values[field.name] for field in channel.fields if field.kind != "password"), ""))
        device = await self._deliveries.subscribe(
            user=visitor.user, channel=channel.id, values=values, name=name, zone=visitor.profile.zone
        )
        return _back("asked" if device.state == "asked" else "added")

    async def test(self, request: Request) -> Response:
        """Send one now."""
        visitor = await self._pages.visitor(request)
        device = (await read_form(request)).one("device")
        try:
            await self._deliveries.test(user=visitor.user, device=device)
        except Conflict as problem:
            raise _NotSent(visitor.t(problem.detail)) from None
        except TooMany:
            raise _NotSent(visitor.t("That was one just now. Wait a little.")) from None
        return _back("sent")

    async def stop(self, request: Request) -> Response:
        """Never write there again."""
        visitor = await self._pages.visitor(request)
        await self._deliveries.unsubscribe(user=visitor.user, device=(await read_form(request)).one("device"))
        return _back("added")

    async def silences(self, request: Request) -> Response:
        """Why nothing comes now, and what came of the last moments."""
        visitor = await self._pages.visitor(request)
        lines = await self._deliveries.ledger(user=visitor.user, limit=_SHOWN)
        view = ledger_view(visitor, await self._why(visitor), lines)
        frame = visitor.frame(start=Link(visitor.t("Tip"), "/"), end=Link(visitor.t("Settings"), "/settings"))
        return self._pages.show(request, "settings/silences.html", frame, view)

    async def _why(self, visitor: Visitor) -> str:
        try:
            return (await self._deliveries.why_nothing(user=visitor.user)).said
        except NotFound:
            return ""


class _NotSent(Problem):
    """It could not be sent."""

    status = 409
    code = "not-sent"


def _quiet(form: Form) -> tuple[time, time] | Literal["inferred", "none"]:
    by = form.one("quiet")
    if by == "inferred":
        return "inferred"
    if by == "none":
        return "none"
    try:
        return time.fromisoformat(form.one("start")), time.fromisoformat(form.one("end"))
    except ValueError:
        raise Invalid("Quiet hours need times such as 22:00.") from None


def _short(address: str) -> str:
    """An address as a row names it: no scheme, no end that would give a secret away."""
    plain = address.partition("://")[2] or address
    host, slash, _ = plain.partition("/")
    return f"{host}/…" if slash else plain


def _saved(request: Request) -> Response:
    if "x-swap" in request.headers:
        return Response(status_code=204)
    return RedirectResponse("/settings?saved=1", 303)


def _back(told: str) -> Response:
    return RedirectResponse(f"/settings?told={told}#ways", 303)
