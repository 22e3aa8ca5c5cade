"""The settings page's routes about the person: contexts, consents, agents, and what oO thinks it knows."""

from __future__ import annotations

from datetime import time
from math import isfinite, nan

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from oo.apps.web.forms import Form, read_form
from oo.apps.web.pages import Pages, Visitor
from oo.apps.web.settings.person_making import is_obeyed, person_view
from oo.apps.web.settings.person_view import PersonView
from oo.contracts.contexts import CONTEXTS, ContextRule
from oo.contracts.errors import Invalid

SAVED = "/settings?saved=1"


class PersonRoutes:
    """Answers for the parts of the settings page that are about the person."""

    def __init__(self, pages: Pages) -> None:
        self._promises = pages.promises
        self._pages = pages

    def routes(self) -> list[Route]:
        """The routes; problems go on to the guard, which draws them as pages."""
        return [
            Route("/settings/context", self.context, methods=["POST"]),
            Route("/settings/rule", self.rule, methods=["POST"]),
            Route("/settings/consents", self.consents, methods=["POST"]),
            Route("/settings/agents", self.agents, methods=["POST"]),
            Route("/settings/known", self.known, methods=["POST"]),
        ]

    async def view(self, visitor: Visitor) -> PersonView:
        """What the page shows."""
        promises, user = self._promises, visitor.user
        busy = (await promises.sources.inventory(user=user)).busy
        consents = await promises.consents.consents(user=user)
        obeyed = [view.key for view in consents if is_obeyed(view.key)]
        rests = {key: await promises.consenting.preview(user=user, key=key) for key in obeyed}
        return person_view(
            visitor,
            consents,
            rests,
            await promises.contexts.contexts(user=user, busy=busy),
            promises.serving.registry(),
            await promises.knowledge.known(user=user),
            (await promises.contexts.standing(user=user, busy=busy)).off,
        )

    async def context(self, request: Request) -> Response:
        """Put one context on by hand, or leave all to their rules."""
        visitor = await self._pages.visitor(request)
        chosen = (await read_form(request)).one("context")
        if chosen and chosen not in CONTEXTS:
            raise Invalid("There is no context of that name.")
        for name in CONTEXTS:
            on = None if not chosen else name == chosen
            await self._promises.contexts.put(user=visitor.user, context=name, on=on or None)
        return self._saved(request)

    async def rule(self, request: Request) -> Response:
        """Set when a context is on by itself; without weekdays and calendar it has no rule."""
        visitor = await self._pages.visitor(request)
        form = await read_form(request)
        rule = _rule(form)
        await self._promises.contexts.rule(user=visitor.user, context=form.one("context"), rule=rule)
        return self._saved(request)

    async def consents(self, request: Request) -> Response:
        """Set every consent as the form has it; a switch that is not sent is off. Says what was deleted."""
        visitor = await self._pages.visitor(request)
        form, deleted = await read_form(request), 0
        for view in await self._promises.consents.consents(user=visitor.user):
            if is_obeyed(view.key) and view.granted != (view.key in form):
                deleted += await self._promises.consenting.consent(
                    user=visitor.user, key=view.key, granted=view.key in form
                )
        if not deleted:
            return self._saved(request)
        t = visitor.t
        return self._saved(
            request, t.plural("Saved. One record is deleted.", "Saved. {count} records are deleted.", deleted)
        )

    async def agents(self, request: Request) -> Response:
        """Switch every agent as the form has it."""
        visitor = await self._pages.visitor(request)
        form = await read_form(request)
        off = (await self._promises.contexts.standing(user=visitor.user)).off
        for agent in self._promises.serving.registry():
            if (agent.id in form) == (agent.id in off):
                await self._promises.contexts.switch(user=visitor.user, agent=agent.id, on=agent.id in form)
        return self._saved(request)

    async def known(self, request: Request) -> Response:
        """Make a value the person's own, or delete it for good."""
        visitor = await self._pages.visitor(request)
        form = await read_form(request)
        scope, key = form.one("scope"), form.one("key")
        if form.one("do") == "delete":
            await self._promises.knowledge.unlearn(user=visitor.user, scope=scope, key=key)
        else:
            await self._promises.knowledge.say(
                user=visitor.user, scope=scope, key=key, value=_number(form.one("value"))
            )
        return RedirectResponse(SAVED, 303)

    def _saved(self, request: Request, told: str = "") -> Response:
        if "x-swap" in request.headers:
            return PlainTextResponse(told) if told else Response(status_code=204)
        return RedirectResponse(SAVED, 303)


def _rule(form: Form) -> ContextRule | None:
    try:
        days = tuple(int(day) for day in form.all("day"))
        start, end = time.fromisoformat(form.one("start") or "09:00"), time.fromisoformat(form.one("end") or "18:00")
    except ValueError:
        raise Invalid("A rule needs times such as 09:00.") from None
    calendar = form.one("calendar")
    if calendar not in ("", "meeting", "all-day"):
        raise Invalid("The calendar has no such entries.")
    if not days and not calendar:
        return None
    return ContextRule(days, start, end, calendar)  # type: ignore[arg-type]


def _number(text: str) -> float:
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        number = nan
    if not isfinite(number):
        raise Invalid("That is not a number; write one such as 9.")
    return number
