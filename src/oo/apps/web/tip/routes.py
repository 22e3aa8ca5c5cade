"""The tip page's routes: look, react, hold undo open, begin, and tell the device's zone."""

from __future__ import annotations

import contextlib
from datetime import datetime, timedelta
from typing import cast, get_args

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from oo.apps.web.forms import Form, read_form
from oo.apps.web.frame import Frame, Link
from oo.apps.web.pages import Pages, Visitor, with_note
from oo.apps.web.tip.making import after_view, may_wait, tip_view, why_not
from oo.apps.web.tip.view import FirstView, Open, ReconnectView, SilenceView
from oo.contracts.errors import Conflict, Invalid, NotFound, Overtaken, TooLate
from oo.contracts.ids import DecisionId
from oo.contracts.sources import ConnectionView
from oo.contracts.tips import ActionName, Reaction, Scope

_PAGE = "tip/page.html"
_LONGEST_DWELL_MS = 24 * 3600 * 1000
_UNREAD = timedelta(hours=1)
"""A source that cannot be read for this long is said on the page."""


class TipRoutes:
    """Answers for the tip page."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._promises = pages.promises

    def routes(self) -> list[Route]:
        """The routes; problems go on to the guard, which draws them as pages."""
        return [
            Route("/", self.look, methods=["GET"]),
            Route("/", self.react, methods=["POST"]),
            Route("/hold", self.hold, methods=["POST"]),
            Route("/begin", self.begin, methods=["POST"]),
            Route("/zone", self.zone, methods=["POST"]),
        ]

    async def look(self, request: Request) -> Response:
        """The tip, the silence, what was just done, or the first run."""
        visitor = await self._pages.visitor(request)
        asked = request.query_params
        if after := asked.get("after"):
            undoable = await self._promises.tips.undoable(user=visitor.user, tip=DecisionId(after))
            if undoable is not None:
                view = after_view(undoable, visitor, self._promises.ids.new(), await self._own())
                return self._pages.show(request, _PAGE, self._frame(visitor), view)
        wanted = asked.get("open", "")
        shown = cast("Open", wanted) if wanted in ("later", "not") else "nothing"
        say = visitor.t("Back as it was.") if "back" in asked else ""
        return await self._now(request, visitor, shown=shown, say=say, put_off="not-now" in asked)

    async def react(self, request: Request) -> Response:
        """Take a reaction, then show what was done; what came too late is said in a note."""
        visitor = await self._pages.visitor(request)
        form = await read_form(request)
        reaction = read_reaction(form, visitor)
        try:
            await self._promises.tips.react(user=visitor.user, reaction=reaction)
        except (TooLate, Conflict, NotFound, Overtaken) as problem:
            return await self._now(request, visitor, note=why_not(problem, visitor.t))
        where = "/?back=1" if reaction.action == "undo" else f"/?after={reaction.tip}"
        return RedirectResponse(where, 303)

    async def hold(self, request: Request) -> Response:
        """Keep undo open while it is looked at."""
        visitor = await self._pages.visitor(request)
        form = await read_form(request)
        with contextlib.suppress(TooLate):  # the page was looked at a moment too long; its next step says so
            await self._promises.tips.hold_undo(user=visitor.user, tip=DecisionId(form.one("tip")))
        return Response(status_code=204)

    async def begin(self, request: Request) -> Response:
        """Keep the first things on the person's mind; one is enough."""
        visitor = await self._pages.visitor(request)
        form = await read_form(request)
        things = [thing.strip() for thing in form.all("thing")]
        if not any(things):
            frame = visitor.frame()
            return self._pages.show(request, _PAGE, frame, FirstView(empty=True, say=visitor.t("One is enough.")))
        await self._promises.sources.write_mind(user=visitor.user, things=things)
        return RedirectResponse("/", 303)

    async def zone(self, request: Request) -> Response:
        """Take the device's zone."""
        visitor = await self._pages.visitor(request)
        form = await read_form(request)
        await self._promises.profiles.change(user=visitor.user, values={"zone": form.one("zone")})
        return Response(status_code=204)

    async def _now(
        self,
        request: Request,
        visitor: Visitor,
        *,
        shown: Open = "nothing",
        say: str = "",
        note: str = "",
        put_off: bool = False,
    ) -> Response:
        say = say or note
        answer = await self._promises.tips.recommend(user=visitor.user)
        frame = self._frame(visitor)
        frame = with_note(frame, note) if note else await self._noted(frame, visitor)
        if answer.tip is not None:
            tip = answer.tip
            if shown == "later" and not may_wait(tip):
                shown = "nothing"
            moments = await self._promises.tips.moments(user=visitor.user) if shown == "later" else ()
            own = await self._own() if shown == "not" else frozenset[str]()
            view = tip_view(tip, visitor, self._promises.ids.new(), shown=shown, moments=moments, own=own, say=say)
            if request.method != "HEAD" and "purpose" not in request.headers and "sec-purpose" not in request.headers:
                await self._promises.tips.seen(user=visitor.user, tip=tip.id, surface="page")
            return self._pages.show(request, _PAGE, frame, view)
        if answer.silence is None or answer.silence.reason == "nothing-connected":
            return self._pages.show(request, _PAGE, visitor.frame(), FirstView(say=say))
        asks = None if put_off else await self._asks(visitor)
        if asks is not None:
            asked = ReconnectView(visitor.t(asks.name), f"/connect/{asks.id}", say=say)
            return self._pages.show(request, _PAGE, self._frame(visitor), asked)
        return self._pages.show(
            request, _PAGE, frame, SilenceView(why=answer.silence.detail, say=say or visitor.t("Nothing now."))
        )

    async def _own(self) -> frozenset[str]:
        """Names of the sources that are written here: nobody has to be told what happened to their things."""
        kinds = await self._promises.sources.connectors()
        return frozenset(kind.name for kind in kinds if kind.kind == "document")

    async def _asks(self, visitor: Visitor) -> ConnectionView | None:
        """A source that asks to sign in again, if there is one."""
        sources = await self._promises.sources.connections(user=visitor.user)
        return next((source for source in sources if source.state == "reconnect"), None)

    async def _noted(self, frame: Frame, visitor: Visitor) -> Frame:
        t = visitor.t
        for source in await self._promises.sources.connections(user=visitor.user):
            if source.state == "reconnect":
                text = t("{source} asks you to sign in again.", source=t(source.name))
                return with_note(frame, text, Link(t("Reconnect"), f"/connect/{source.id}"))
            if source.state == "slow" and source.problem and visitor.now - (source.read_at or source.since) > _UNREAD:
                text = t("{source} could not be read.", source=t(source.name))
                return with_note(frame, text, Link(t("Look"), f"/connect/{source.id}"))
        return frame

    def _frame(self, visitor: Visitor) -> Frame:
        return visitor.frame(end=Link(visitor.t("Settings"), "/settings"))


def read_reaction(form: Form, visitor: Visitor) -> Reaction:
    """The reaction that a form sends; raises `Invalid` for an unknown action, scope or moment."""
    action, scope = form.one("action"), form.one("scope")
    if action not in get_args(ActionName) or (scope and scope not in get_args(Scope)):
        raise Invalid
    dwell = form.one("dwell_ms")
    return Reaction(
        key=form.one("key"),
        tip=DecisionId(form.one("tip")),
        action=cast("ActionName", action),
        until=_moment(form, visitor) if action == "snooze" else None,
        scope=cast("Scope", scope) if scope else None,
        dwell_ms=min(int(dwell), _LONGEST_DWELL_MS) if dwell.isascii() and dwell.isdigit() else None,
    )


def _moment(form: Form, visitor: Visitor) -> datetime:
    try:
        at = datetime.fromisoformat(form.one("until") or form.one("at"))
    except ValueError:
        raise Invalid("This time cannot be read. Pick another.") from None
    return at if at.tzinfo is not None else at.replace(tzinfo=visitor.zone)
