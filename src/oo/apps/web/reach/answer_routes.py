"""Answers from where a message was shown: by its token, which works once, and without a session."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, cast, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from oo.apps.web.frame import Frame, Link
from oo.apps.web.pages import Pages
from oo.apps.web.reach.view import AnswerView
from oo.contracts.channels import Verb
from oo.contracts.errors import Conflict, Invalid, NotFound, Overtaken, TooLate
from oo.contracts.words import Translator, best_language, translator

_PAGE = "reach/answer.html"


class AnswerIn(BaseModel):
    """What a notification's button sends."""

    model_config = ConfigDict(extra="forbid")

    token: Annotated[str, Field(min_length=16, max_length=200)]
    action: Literal["done", "snooze", "dismiss"]
    until: datetime | None = None


class AnswerRoutes:
    """Takes answers from notifications and mails."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._deliveries = pages.promises.deliveries

    def routes(self) -> list[Route]:
        """The routes; they need no session, and what they are sent is proof enough."""
        return [
            Route("/react", self.react, methods=["POST"]),
            Route("/answer/{verb}/{token}", self.ask, methods=["GET"]),
            Route("/answer/{verb}/{token}", self.answer, methods=["POST"]),
        ]

    async def react(self, request: Request) -> Response:
        """Take the answer of a notification's button; raises what `Deliveries.react` raises."""
        try:
            said = AnswerIn.model_validate_json(await request.body())
        except ValidationError:
            raise Invalid from None
        reacted = await self._deliveries.react(token=said.token, verb=said.action, until=said.until)
        return JSONResponse({"tip": reacted.tip, "repeated": reacted.repeated})

    async def ask(self, request: Request) -> Response:
        """Ask once more, as machines follow links in mails too; nothing is looked up, so nothing is given away."""
        verb, t = _verb(request), self._words(request)
        return self._show(request, t, AnswerView(title=asking(verb, t), button=label(verb, t), line=why(verb, t)))

    async def answer(self, request: Request) -> Response:
        """Take the answer: from the page's button, or from a mail program's own (RFC 8058, one click)."""
        verb, t = _verb(request), self._words(request)
        token = str(request.path_params["token"])
        try:
            await self._deliveries.react(token=token, verb=verb)
        except (NotFound, Overtaken, TooLate):
            return self._show(request, t, AnswerView(title=t("That moment has passed."), ring="silence"), 410)
        except Conflict:
            return self._show(request, t, AnswerView(title=t("Answered on another device."), ring="silence"), 409)
        done = AnswerView(title=done_words(verb, t), ring="done" if verb in ("done", "confirm") else "silence")
        return self._show(request, t, done)

    def _words(self, request: Request) -> Translator:
        return translator(best_language(request.headers.get("accept-language", "")))

    def _show(self, request: Request, t: Translator, view: AnswerView, status: int = 200) -> Response:
        identity = getattr(request.state, "identity", None)
        frame = Frame(language=t.language, csrf="" if identity is None else identity.csrf, end=Link(t("Tip"), "/"))
        return self._pages.show(request, _PAGE, frame, view, status)


def _verb(request: Request) -> Verb:
    verb = request.path_params["verb"]
    if verb not in get_args(Verb):
        raise NotFound
    return cast("Verb", verb)


def asking(verb: Verb, t: Translator) -> str:
    """What the page asks."""
    return {
        "done": t("Is it done?"),
        "snooze": t("Later?"),
        "dismiss": t("Not this?"),
        "confirm": t("Is this your address?"),
        "stop": t("No more of these?"),
    }[verb]


def label(verb: Verb, t: Translator) -> str:
    """What its button says."""
    return {
        "done": t("Done"),
        "snooze": t("Later"),
        "dismiss": t("Not this"),
        "confirm": t("Yes, write to me here"),
        "stop": t("Stop"),
    }[verb]


def why(verb: Verb, t: Translator) -> str:
    """What it means, where that is not plain."""
    return {
        "snooze": t("It comes back at the next good moment."),
        "dismiss": t("Gone for now."),
        "confirm": t("oO writes rarely, and each mail can stop it."),
        "stop": t("Nothing is written to this address any more. All else stays as it is."),
    }.get(verb, "")


def done_words(verb: Verb, t: Translator) -> str:
    """What came of it."""
    return {
        "done": t("Done."),
        "snooze": t("Later, then."),
        "dismiss": t("Gone for now."),
        "confirm": t("oO may write to you here."),
        "stop": t("Nothing more comes to this address."),
    }[verb]
