"""`/api/profile`: how a person wants oO to be, what it may use, when it is silent, and what it thinks it knows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from oo.apps.api.direct import DirectRoute, ProblemOut, answered, asker, body_of, problems, read
from oo.apps.api.promises import Person
from oo.contracts.agents import as_value
from oo.contracts.contexts import ContextRule, ContextView
from oo.contracts.errors import Invalid
from oo.contracts.ids import UserId
from oo.contracts.knowledge import Known

GLOBAL = "global"
REFUSED = {**problems(s401="No session."), 500: {"model": ProblemOut, "description": "A fault of oO's."}}
CHANGING = {
    **REFUSED,
    **problems(s403="From another site, or without the token.", s404="There is no such thing."),
    **problems(s413="Too much.", s415="Not JSON.", s422="What was sent cannot be understood."),
}


class RuleIn(BaseModel):
    """When a context is on by itself."""

    model_config = ConfigDict(extra="forbid")

    days: list[int] = Field(default_factory=list, max_length=7, description="Weekdays, Monday 0.")
    start: time = time(9)
    end: time = time(18)
    calendar: str = Field("", pattern=r"^(meeting|all-day)?$")


class ContextIn(BaseModel):
    """A change of one context: by hand, or its rule; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    on: bool | None = Field(None, description="Null leaves it to its rule.")
    until: AwareDatetime | None = None
    rule: RuleIn | None = Field(None, description="Null takes the rule away.")


class ContextsIn(BaseModel):
    """Contexts by name."""

    model_config = ConfigDict(extra="forbid")

    contexts: dict[str, ContextIn] = Field(min_length=1, max_length=4)


class ConsentsIn(BaseModel):
    """Consents by key."""

    model_config = ConfigDict(extra="forbid")

    consents: dict[str, bool] = Field(min_length=1, max_length=10)


class PrefsIn(BaseModel):
    """Preferences of a scope by key; null deletes what was inferred, for good."""

    model_config = ConfigDict(extra="forbid")

    prefs: dict[str, Any] = Field(min_length=1, max_length=20)


class ConsentOut(BaseModel):
    """A consent as it stands."""

    granted: bool
    version: str
    origin: str
    at: datetime | None


class KnownOut(BaseModel):
    """A value with where it comes from."""

    value: Any
    source: str = Field(description="`user`, `inferred` by an agent, or `default` where nobody chose.")
    n: int = Field(0, description="How many completions or reactions it rests on.")
    confidence: float = 1.0
    evidence: dict[str, float] = Field(default_factory=dict)
    at: datetime | None = None


class ContextOut(BaseModel):
    """A context as it stands."""

    on: bool
    by: str
    until: datetime | None
    rule: RuleIn | None
    silences: list[str]


class ProfileOut(BaseModel):
    """All of it."""

    prefs: dict[str, dict[str, KnownOut]] = Field(description="By scope: `global`, or an agent.")
    consents: dict[str, ConsentOut]
    contexts: dict[str, ContextOut]
    off: list[str] = Field(description="Agents that are switched off.")


class PreviewOut(BaseModel):
    """What taking a consent back would come to."""

    records: int = Field(description="How many records would be deleted.")
    tips: int = Field(description="How many tips of the last 30 days would have been others.")
    titles: list[str] = Field(description="Of the tasks of those tips, newest first, as far as they are kept.")


class ConsentsOut(BaseModel):
    """Consents as they stand now, and what was deleted with those that were taken back."""

    consents: dict[str, ConsentOut]
    deleted: int


def router(person: Person) -> APIRouter:
    """The routes over the promises."""
    routes = APIRouter(route_class=DirectRoute)

    @routes.get(
        "/api/profile",
        operation_id="profile",
        summary="How I want oO to be, and what it thinks it knows.",
        response_model=ProfileOut,
        responses=REFUSED,
    )
    async def profile(request: Request) -> Response:
        """Preferences by scope with their source, consents, contexts."""
        return answered(await _profile(person, asker(request).user))

    @routes.patch(
        "/api/profile/prefs/{scope}",
        operation_id="change_prefs",
        summary="Set preferences of a scope, or delete what was inferred.",
        response_model=ProfileOut,
        responses=CHANGING,
        openapi_extra=body_of(PrefsIn),
    )
    async def prefs(request: Request) -> Response:
        """What a person sets stays; what they delete never comes back."""
        user, scope = asker(request).user, str(request.path_params["scope"])
        sent = read(PrefsIn, await request.body()).prefs
        if scope == GLOBAL:
            await person.profiles.change(user=user, values={key: _text(value) for key, value in sent.items()})
        else:
            for key, value in sent.items():
                await _set(person, user, scope, key, value)
        return answered(await _profile(person, user))

    @routes.patch(
        "/api/profile/consents",
        operation_id="change_consents",
        summary="Give consents, or take them back with all that was derived under them.",
        response_model=ConsentsOut,
        responses=CHANGING,
        openapi_extra=body_of(ConsentsIn),
    )
    async def consents(request: Request) -> Response:
        """Says how much was deleted."""
        user, deleted = asker(request).user, 0
        for key, granted in read(ConsentsIn, await request.body()).consents.items():
            deleted += await person.consenting.consent(user=user, key=key, granted=granted)
        return answered({"consents": await _consents(person, user), "deleted": deleted})

    @routes.get(
        "/api/profile/consents/{key}",
        operation_id="preview_consent",
        summary="What would taking this consent back come to?",
        response_model=PreviewOut,
        responses={**REFUSED, **problems(s422="There is no such consent.")},
    )
    async def preview(request: Request) -> Response:
        """How much would be deleted, and which tips would not have been."""
        key = str(request.path_params["key"])
        found = await person.consenting.preview(user=asker(request).user, key=key)
        return answered({"records": found.records, "tips": found.tips, "titles": found.titles})

    @routes.patch(
        "/api/profile/contexts",
        operation_id="change_contexts",
        summary="Put contexts on or off, or set their rules.",
        response_model=ProfileOut,
        responses=CHANGING,
        openapi_extra=body_of(ContextsIn),
    )
    async def contexts(request: Request) -> Response:
        """What is not named stays as it is."""
        user = asker(request).user
        for name, change in read(ContextsIn, await request.body()).contexts.items():
            if "rule" in change.model_fields_set:
                rule = change.rule
                asked = None if rule is None else ContextRule(tuple(rule.days), rule.start, rule.end, rule.calendar)  # type: ignore[arg-type]
                await person.contexts.rule(user=user, context=name, rule=asked)
            if "on" in change.model_fields_set:
                await person.contexts.put(user=user, context=name, on=change.on, until=change.until)
        return answered(await _profile(person, user))

    return routes


async def _set(person: Person, user: UserId, scope: str, key: str, value: object) -> None:
    if key == "on":
        await person.contexts.switch(user=user, agent=scope, on=value is True)
    elif value is None:
        await person.knowledge.unlearn(user=user, scope=scope, key=key)
    else:
        try:
            wanted = as_value(value)
        except (TypeError, ValueError):
            raise Invalid(f"{key} cannot be that; send a value of the kind that it has.") from None
        await person.knowledge.say(user=user, scope=scope, key=key, value=wanted)


async def _profile(person: Person, user: UserId) -> dict[str, Any]:
    mine, chosen = await person.profiles.get(user=user), await person.profiles.chosen(user=user)
    known: dict[str, dict[str, Any]] = {
        GLOBAL: {name: _global(getattr(mine, name), chosen.get(name)) for name in mine.__dataclass_fields__}
    }
    for agent in person.serving.registry():
        known[agent.id] = {one.name: {"value": one.default, "source": "default"} for one in agent.parameters}
    for one in await person.knowledge.known(user=user):
        known.setdefault(one.scope, {})[one.key] = _known(one)
    standing = await person.contexts.standing(user=user)
    contexts = await person.contexts.contexts(user=user)
    return {
        "prefs": known,
        "consents": await _consents(person, user),
        "contexts": {view.name: _context(view) for view in contexts},
        "off": sorted(standing.off),
    }


async def _consents(person: Person, user: UserId) -> dict[str, Any]:
    return {
        view.key: {"granted": view.granted, "version": view.version, "origin": view.origin, "at": _at(view.at)}
        for view in await person.consents.consents(user=user)
    }


def _global(value: object, chosen: datetime | None) -> dict[str, Any]:
    shown = f"{value:%H:%M}" if isinstance(value, time) else value
    return {"value": shown, "source": "default" if chosen is None else "user", "at": _at(chosen)}


def _known(one: Known) -> dict[str, Any]:
    return {
        "value": one.value,
        "source": one.source,
        "n": one.n,
        "confidence": one.confidence,
        "evidence": dict(one.evidence),
        "at": _at(one.at),
    }


def _context(view: ContextView) -> dict[str, Any]:
    rule: Mapping[str, Any] | None = None
    if view.rule is not None:
        start, end = f"{view.rule.start:%H:%M}", f"{view.rule.end:%H:%M}"
        rule = {"days": list(view.rule.days), "start": start, "end": end, "calendar": view.rule.calendar}
    return {
        "on": view.on,
        "by": view.by,
        "until": _at(view.until),
        "rule": rule,
        "silences": list(view.silences),
    }


def _at(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
