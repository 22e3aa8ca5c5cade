"""`/api/policies`: how policies stand and who moves them, for operators; `GET /api/helps`: does oO help me?"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from oo.apps.api.direct import DirectRoute, ProblemOut, answered, asker, body_of, problems, read
from oo.contracts.errors import Refused
from oo.contracts.experiments import Deed, Evidence, Experiments, Role, Said, Standing, Step
from oo.contracts.ids import UserId


class EvidenceOut(BaseModel):
    """A gate's word; without enough data there is no number."""

    said: Said
    why: str
    value: float | None
    low: float | None
    high: float | None


class StandingOut(BaseModel):
    """A policy's place."""

    policy: str
    role: Role
    share: float = Field(description="Of people whom it decides for.")
    shadowed: int = Field(description="Decisions that it was compared on without deciding.")
    next: Step | None
    evidence: EvidenceOut | None


class StandingsOut(BaseModel):
    """Every policy that decides or stands by."""

    policies: list[StandingOut]


class PromoteIn(BaseModel):
    """The policy that is to take its next step."""

    model_config = ConfigDict(extra="forbid")

    policy: str = Field(min_length=1, max_length=80)


class LineupOut(BaseModel):
    """Who decides now."""

    champion: str
    challenger: str | None
    share: float


class DeedOut(BaseModel):
    """One line of the audit."""

    at: datetime
    by: str | None = Field(description="Who; null is oO itself, or somebody who is gone.")
    what: str
    policy: str
    detail: str


class AuditOut(BaseModel):
    """Who did what to policies, newest first."""

    deeds: list[DeedOut]


class HelpOut(BaseModel):
    """Whether interruptions help the person, from their own moments that were left to chance."""

    moments: int
    sent: int
    evidence: EvidenceOut


REFUSED = {
    **problems(s401="No session.", s403="Not an operator, from another site, or without the token."),
    500: {"model": ProblemOut, "description": "A fault of oO's."},
}
MOVING = {
    **REFUSED,
    **problems(s404="No such policy.", s409="The evidence does not allow it, or there is nothing to go back to."),
    **problems(s413="Too much.", s415="Not JSON.", s422="What was sent cannot be understood."),
}


def router(experiments: Experiments) -> APIRouter:
    """The routes over the promise."""
    routes = APIRouter(route_class=DirectRoute)

    @routes.get(
        "/api/policies",
        operation_id="policies",
        summary="How do policies stand? For operators.",
        response_model=StandingsOut,
        responses=REFUSED,
    )
    async def policies(request: Request) -> Response:
        """Every policy that decides or stands by, and what is between it and its next step."""
        _operator(request)
        return answered({"policies": [_standing(one) for one in await experiments.standings()]})

    @routes.post(
        "/api/policies/promote",
        operation_id="promote",
        summary="Let a policy take its next step. For operators.",
        response_model=StandingOut,
        responses=MOVING,
        openapi_extra=body_of(PromoteIn),
    )
    async def promote(request: Request) -> Response:
        """A tenth of people, half of them, everybody: when its evidence allows it, and by a person's word."""
        by = _operator(request)
        sent = read(PromoteIn, await request.body())
        return answered(_standing(await experiments.promote(policy=sent.policy, by=by)))

    @routes.post(
        "/api/policies/roll-back",
        operation_id="roll_back",
        summary="End the trial, or bring the former champion back. For operators.",
        response_model=LineupOut,
        responses=MOVING,
        openapi_extra={"requestBody": {"required": False, "content": {"application/json": {"schema": {}}}}},
    )
    async def roll_back(request: Request) -> Response:
        """Who decides afterwards."""
        lineup = await experiments.roll_back(by=_operator(request), why="an operator's word")
        return answered({"champion": lineup.champion, "challenger": lineup.challenger, "share": lineup.share})

    @routes.get(
        "/api/policies/audit",
        operation_id="policies_audit",
        summary="Who did what to policies? For operators.",
        response_model=AuditOut,
        responses=REFUSED,
    )
    async def audit(request: Request) -> Response:
        """Promotions and roll-backs with their evidence, newest first."""
        _operator(request)
        return answered({"deeds": [_deed(one) for one in await experiments.deeds()]})

    @routes.get(
        "/api/helps",
        operation_id="helps",
        summary="Does oO help me?",
        response_model=HelpOut,
        responses={**problems(s401="No session."), 500: {"model": ProblemOut, "description": "A fault of oO's."}},
    )
    async def helps(request: Request) -> Response:
        """Tasks done within a day of an interruption, less those after a silence by chance; the asker's own alone."""
        found = await experiments.helps(user=asker(request).user)
        return answered({"moments": found.moments, "sent": found.sent, "evidence": _evidence(found.evidence)})

    return routes


def _operator(request: Request) -> UserId:
    identity = asker(request)
    if not identity.admin:
        raise Refused("Policies are for operators.")
    return identity.user


def _standing(one: Standing) -> dict[str, Any]:
    return {
        "policy": one.policy,
        "role": one.role,
        "share": one.share,
        "shadowed": one.shadowed,
        "next": one.next,
        "evidence": None if one.evidence is None else _evidence(one.evidence),
    }


def _evidence(found: Evidence) -> dict[str, Any]:
    return {"said": found.said, "why": found.why, "value": found.value, "low": found.low, "high": found.high}


def _deed(deed: Deed) -> dict[str, Any]:
    return {"at": deed.at.isoformat(), "by": deed.by, "what": deed.what, "policy": deed.policy, "detail": deed.detail}
