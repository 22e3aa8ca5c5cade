"""`POST /api/recommend`: what now? One tip, or silence with its reason."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from oo.apps.api.direct import DirectRoute, ProblemOut, answered, asker, problems
from oo.contracts.decisions import Kind, SilenceReason
from oo.contracts.tips import Recommendation, SilenceView, Tip, Tips


class EvidenceOut(BaseModel):
    """What a tip rests on."""

    source: str = Field(description="The connector that read it, or the agent that saw it.")
    ref: str
    title: str = Field(description="Of a task, or what the agent said.")


class EgressOut(BaseModel):
    """A receipt of what left this host for the tip's words."""

    bytes: int
    to: str = Field(description="A provider's name, `network` for a gateway on another machine, or nothing.")


class TipOut(BaseModel):
    """The one thing."""

    id: str
    kind: Kind = Field(description="Advice and insights have no task behind them: done there means that they helped.")
    content: str = Field(description="At most 110 characters.")
    why: str = Field(description="One true line.")
    evidence: list[EvidenceOut]
    expires_at: datetime
    egress: EgressOut


class SilenceOut(BaseModel):
    """Nothing now, and why."""

    reason: SilenceReason
    detail: str


class RecommendationOut(BaseModel):
    """A tip or a silence, never both."""

    tip: TipOut | None
    silence: SilenceOut | None
    considered: int = Field(description="How many candidates were looked at.")


class NothingIn(BaseModel):
    """Nothing needs to be sent."""


def router(tips: Tips) -> APIRouter:
    """The route over the promise."""
    routes = APIRouter(route_class=DirectRoute)

    @routes.post(
        "/api/recommend",
        operation_id="recommend",
        summary="What now?",
        response_model=RecommendationOut,
        responses={
            **problems(s401="No session.", s403="From another site, or without the token.", s413="Too much."),
            **problems(s415="Neither JSON nor empty."),
            500: {"model": ProblemOut, "description": "A fault of oO's."},
        },
        openapi_extra={"requestBody": {"required": False, "content": {"application/json": {"schema": {}}}}},
    )
    async def recommend(request: Request) -> Response:
        """The standing tip, or a fresh decision; answering with a standing tip writes nothing."""
        return answered(as_json(await tips.recommend(user=asker(request).user)))

    return routes


def as_json(found: Recommendation) -> dict[str, Any]:
    """The recommendation as it goes over the wire."""
    tip, silence = found.tip, found.silence
    return {
        "tip": None if tip is None else _tip(tip),
        "silence": None if silence is None else _silence(silence),
        "considered": found.considered,
    }


def _tip(tip: Tip) -> dict[str, Any]:
    return {
        "id": tip.id,
        "kind": tip.kind,
        "content": tip.content,
        "why": tip.why,
        "evidence": [{"source": one.source, "ref": one.ref, "title": one.title} for one in tip.evidence],
        "expires_at": tip.expires_at.isoformat(),
        "egress": {"bytes": tip.egress.bytes, "to": tip.egress.to},
    }


def _silence(silence: SilenceView) -> dict[str, Any]:
    return {"reason": silence.reason, "detail": silence.detail}
