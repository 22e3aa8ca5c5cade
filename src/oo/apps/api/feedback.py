"""`POST /api/feedback`: what a person did with a tip."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from oo.apps.api.direct import DirectRoute, ProblemOut, answered, asker, body_of, problems, read
from oo.contracts.ids import DecisionId
from oo.contracts.tips import ActionName, Reaction, Scope, Tips


class FeedbackIn(BaseModel):
    """A reaction to a tip; sent again with the same key, it is the same reaction."""

    model_config = ConfigDict(extra="forbid")

    key: str = Field(min_length=1, max_length=64, pattern=r"^[\x21-\x7e]+$", description="Made by the client, once.")
    tip: str = Field(min_length=1, max_length=64, description="The tip's id.")
    action: ActionName
    until: AwareDatetime | None = Field(None, description="The moment of a snooze, with its offset.")
    scope: Scope | None = Field(None, description="Of a dismissal; `now` when left out.")
    dwell_ms: int | None = Field(None, ge=0, le=86_400_000, description="How long the tip was looked at.")


class FeedbackOut(BaseModel):
    """What came of it."""

    action: ActionName
    undo_until: datetime | None = Field(description="Until then `undo` works; null when there is nothing to undo.")
    repeated: bool = Field(description="True when this key was known already.")


def router(tips: Tips) -> APIRouter:
    """The route over the promise."""
    routes = APIRouter(route_class=DirectRoute)

    @routes.post(
        "/api/feedback",
        operation_id="feedback",
        summary="Done, snooze, dismiss or undo.",
        response_model=FeedbackOut,
        responses={
            **problems(s401="No session.", s403="From another site, or without the token."),
            **problems(s404="No such tip.", s409="Another reaction stands, or it is too late for undo."),
            **problems(s413="Too much.", s415="Not JSON.", s422="What was sent cannot be understood."),
            **problems(s429="Too much at once; `Retry-After` says when to go on."),
            500: {"model": ProblemOut, "description": "A fault of oO's."},
        },
        openapi_extra=body_of(FeedbackIn),
    )
    async def feedback(request: Request) -> Response:
        """Store a reaction at once; what it means for the source is done when undo is over."""
        user = asker(request).user
        outcome = await tips.react(user=user, reaction=reaction_of(await request.body()))
        undoable = outcome.undoable
        until = None if undoable is None else undoable.open_until.isoformat()
        return answered({"action": outcome.action, "undo_until": until, "repeated": outcome.repeated})

    return routes


def reaction_of(body: bytes) -> Reaction:
    """The reaction that a body holds; raises `Invalid` naming the fields that can't be read."""
    sent = read(FeedbackIn, body)
    return Reaction(sent.key, DecisionId(sent.tip), sent.action, sent.until, sent.scope, sent.dwell_ms)
