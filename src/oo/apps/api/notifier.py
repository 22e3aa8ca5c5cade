"""`GET /api/notifier/measures`: how well interruptions do, for whoever asks, or for everybody."""

from __future__ import annotations

from dataclasses import asdict

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from oo.apps.api.direct import DirectRoute, ProblemOut, answered, asker, problems, read
from oo.contracts.deliveries import Deliveries
from oo.contracts.errors import Refused


class MeasuresIn(BaseModel):
    """Of whom."""

    model_config = ConfigDict(extra="forbid")

    everybody: bool = Field(False, description="Of everybody, for operators; otherwise one's own.")


class RateOut(BaseModel):
    """A share with its 95 % interval; null where nothing was counted."""

    count: int
    of: int
    value: float | None
    low: float | None
    high: float | None


class MeasuresOut(BaseModel):
    """The last 30 days."""

    days: int
    points: int = Field(description="Decision points: moments at which an interruption was thought about.")
    pushes: int = Field(description="Messages, counted once however many devices there are.")
    silences: dict[str, int] = Field(description="Decision points without a push, by reason.")
    states: dict[str, int] = Field(description="Deliveries by state.")
    false_alarms: RateOut = Field(description="Dismissed, or ignored for 24 hours.")
    just_in_time: RateOut = Field(description="Acted on within 30 minutes.")
    opt_outs: RateOut
    opt_outs_per_100: float | None = Field(description="Opt-outs within a day of a push, per 100 pushes.")
    by_arm: dict[str, RateOut] = Field(description="`just_in_time` on days as learnt, and on days of random slots.")
    lift: float | None = Field(description="The first less the second.")
    lift_low: float | None
    lift_high: float | None


def router(deliveries: Deliveries) -> APIRouter:
    """The route over the promise."""
    routes = APIRouter(route_class=DirectRoute)

    @routes.get(
        "/api/notifier/measures",
        operation_id="notifier_measures",
        summary="How well interruptions do.",
        response_model=MeasuresOut,
        responses={
            **problems(s401="No session.", s403="Not an operator.", s422="What was sent cannot be understood."),
            500: {"model": ProblemOut, "description": "A fault of oO's."},
        },
        openapi_extra={
            "parameters": [{"name": "everybody", "in": "query", "required": False, "schema": {"type": "boolean"}}]
        },
    )
    async def measures(request: Request) -> Response:
        """False alarms, just-in-time responses, opt-outs, and what the timing is worth against random slots."""
        identity, wanted = asker(request), read(MeasuresIn, dict(request.query_params))
        if wanted.everybody and not identity.admin:
            raise Refused("What is of everybody is for operators.")
        found = await deliveries.measures(user=None if wanted.everybody else identity.user)
        return answered(asdict(found))

    return routes
