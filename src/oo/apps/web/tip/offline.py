"""Offline: the pages that a browser keeps for it, and what was tapped meanwhile, taken in its order once it is back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from oo.apps.web.frame import Frame, Link
from oo.apps.web.pages import Pages, Visitor, person_token
from oo.apps.web.tip.making import why_not
from oo.apps.web.tip.view import AfterView, LostView
from oo.contracts.errors import Conflict, Invalid, NotFound, Overtaken, Refused, TooLate
from oo.contracts.ids import DecisionId
from oo.contracts.tips import ActionName, Reaction, Scope
from oo.contracts.words import Translator, best_language, translator

_PAGE = "tip/page.html"


class KeptIn(BaseModel):
    """A reaction that was kept while there was no connection."""

    model_config = ConfigDict(extra="forbid")

    key: str = Field(min_length=1, max_length=64)
    tip: str = Field(min_length=1, max_length=64)
    action: ActionName
    scope: Scope | None = None
    until: datetime | None = None
    dwell_ms: int | None = Field(None, ge=0, le=86_400_000)


class QueueIn(BaseModel):
    """What a device kept of one person, in the order in which it was tapped."""

    model_config = ConfigDict(extra="forbid")

    person: str
    reactions: Annotated[list[KeptIn], Field(max_length=200)]


class OfflineRoutes:
    """Answers for what is offline."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._tips = pages.promises.tips

    def routes(self) -> list[Route]:
        """The routes; problems go on to the guard."""
        return [Route("/offline", self.page, methods=["GET"]), Route("/kept", self.take, methods=["POST"])]

    async def page(self, request: Request) -> Response:
        """What to show without a connection: that no tip is kept, or the frame of what was answered.

        Nothing personal is on it but the choices of how it looks; the service worker fills the places in `%`.
        """
        if getattr(request.state, "identity", None) is not None:
            visitor = await self._pages.visitor(request)
            frame, t = replace(visitor.frame(end=Link(visitor.t("Settings"), "/settings")), csrf="", zone=""), visitor.t
        else:
            t = translator(best_language(request.headers.get("accept-language", "")))
            frame = Frame(language=t.language)
        if "kept" in request.query_params:
            view = AfterView("%tip%", "", "task", "%title%", "%line%", say="", undo_seconds=0)
            return self._pages.show(request, _PAGE, replace(frame, person="%person%"), view)
        return self._pages.show(request, _PAGE, replace(frame, person=""), lost_view(t))

    async def take(self, request: Request) -> Response:
        """Take what was kept, each once, and say what came of it; raises `Refused` for what another person kept."""
        visitor = await self._pages.visitor(request)
        try:
            queue = QueueIn.model_validate_json(await request.body())
        except ValidationError:
            raise Invalid from None
        if queue.person != person_token(visitor.user):
            raise Refused("This was kept for somebody else.")
        said = [await self._taken(kept, visitor) for kept in queue.reactions]
        return JSONResponse({"said": list(dict.fromkeys(filter(None, said)))})

    async def _taken(self, kept: KeptIn, visitor: Visitor) -> str:
        """What came of one reaction, nothing for an undo of what never arrived."""
        reaction = Reaction(kept.key, DecisionId(kept.tip), kept.action, kept.until, kept.scope, kept.dwell_ms)
        try:
            await self._tips.react(user=visitor.user, reaction=reaction)
        except (TooLate, Conflict, NotFound, Invalid, Overtaken) as problem:
            undone = kept.action == "undo" and not isinstance(problem, TooLate)
            return "" if undone else why_not(problem, visitor.t)
        return "" if kept.action == "undo" else visitor.t("Sent.")


def lost_view(t: Translator) -> LostView:
    """What stands there when no tip is kept, with the notes for when one is."""
    one, many = (
        t.plural(
            "Offline. {count} tap kept, sent when you are back.",
            "Offline. {count} taps kept, sent when you are back.",
            number,
            count=shown,
        )
        for number, shown in ((1, "1"), (2, "%count%"))
    )
    return LostView(note=t("Offline. What you tap is kept and sent later."), one=one, many=many)
