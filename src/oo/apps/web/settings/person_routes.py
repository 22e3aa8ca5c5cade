"""The settings page's routes about the person: contexts, consents, agents, and what oO thinks it knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import time

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from oo.apps.web.forms import Form, read_form
from oo.apps.web.frame import Link
from oo.apps.web.pages import Pages, Visitor
from oo.apps.web.settings.consent_making import is_obeyed, rests_view
from oo.apps.web.settings.known_reading import value_of
from oo.apps.web.settings.person_making import person_view
from oo.apps.web.settings.person_view import PersonView
from oo.contracts.agents import Value
from oo.contracts.contexts import CONTEXTS, ContextRule
from oo.contracts.errors import Invalid, NotFound
from oo.contracts.items import Facts

SAVED = "/settings?saved=1"
_PROJECTS = 12
"""That can be chosen from."""


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
            Route("/settings/consents/{key}", self.rests, methods=["GET"]),
            Route("/settings/agents", self.agents, methods=["POST"]),
            Route("/settings/known", self.known, methods=["POST"]),
        ]

    async def view(self, visitor: Visitor) -> PersonView:
        """What the page shows."""
        promises, user = self._promises, visitor.user
        inventory = await promises.sources.inventory(user=user)
        busy, known = inventory.busy, await promises.knowledge.known(user=user)
        consents = await promises.consents.consents(user=user)
        return person_view(
            visitor,
            consents,
            await promises.contexts.contexts(user=user, busy=busy),
            promises.serving.registry(),
            known,
            (await promises.contexts.standing(user=user, busy=busy)).off,
            await self._projects(visitor, inventory.facts) if known else {},
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

    async def rests(self, request: Request) -> Response:
        """What taking a consent back would come to; counted for whoever asks, as a long past takes its time."""
        visitor = await self._pages.visitor(request)
        key = str(request.path_params["key"])
        views = {view.key: view for view in await self._promises.consents.consents(user=visitor.user)}
        if key not in views or not is_obeyed(key):
            raise NotFound
        view = rests_view(views[key], await self._promises.consenting.preview(user=visitor.user, key=key), visitor.t)
        frame = visitor.frame(start=Link(visitor.t("Tip"), "/"), end=Link(visitor.t("Settings"), "/settings"))
        return self._pages.show(request, "settings/rests.html", frame, view)

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
            present, unit = await self._present(visitor, scope, key)
            value = value_of(form, present, unit)
            await self._promises.knowledge.say(user=visitor.user, scope=scope, key=key, value=value)
        return RedirectResponse(SAVED, 303)

    async def _present(self, visitor: Visitor, scope: str, key: str) -> tuple[Value, str]:
        """The value as it stands (the default where nothing is known) and its unit; raises `NotFound`."""
        registry = self._promises.serving.registry()
        declared = {(agent.id, one.name): one for agent in registry for one in agent.parameters}
        if (scope, key) not in declared:
            raise NotFound
        known = {(one.scope, one.key): one.value for one in await self._promises.knowledge.known(user=visitor.user)}
        parameter = declared[scope, key]
        return known.get((scope, key), parameter.default), parameter.unit

    async def _projects(self, visitor: Visitor, facts: Sequence[Facts]) -> Mapping[str, str]:
        """The names of the projects that open tasks have, by token, as far as they are kept."""
        one_of = {facts.project: facts.ref for facts in facts if facts.project is not None}
        refs = dict(list(one_of.items())[:_PROJECTS])
        words = await self._promises.sources.wordings(user=visitor.user, refs=list(refs.values()))
        names = {token: words[ref].project for token, ref in refs.items() if ref in words}
        return {token: name for token, name in names.items() if name}

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
