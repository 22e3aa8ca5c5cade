"""`/api/agents`: which agents there are, and asking one now."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from oo.apps.api.direct import DirectRoute, ProblemOut, answered, asker, problems
from oo.apps.api.promises import Person
from oo.contracts.serving import AgentView, Heard


class ParameterOut(BaseModel):
    """What an agent infers."""

    name: str
    evidence: str
    minimum: int
    default: Any
    unit: str


class AgentOut(BaseModel):
    """An agent as its manifest says."""

    id: str
    name: str
    summary: str
    version: str
    stage: str
    ttl_minutes: int
    consents: list[str]
    silenced_in: list[str]
    features: list[str]
    parameters: list[ParameterOut]


class RegistryOut(BaseModel):
    """Every agent there is."""

    agents: list[AgentOut]


class SnippetOut(BaseModel):
    """One thing worth knowing; the text names evidence by placeholders such as `{e1.title}`."""

    text: str
    facts: dict[str, Any]
    evidence: list[str]
    confidence: float
    insight: bool = Field(description="Whether it may be the tip as it stands; it has no evidence then.")


class HeardOut(BaseModel):
    """What came of asking."""

    agent: str
    version: str
    until: datetime
    snippet: SnippetOut | None
    why_not: str | None = Field(description="`off`, `consent:…`, `context:…` or `failed:…`; null for silence.")


CACHED = 60
"""Seconds for which the registry may be remembered."""
REFUSED = {**problems(s401="No session."), 500: {"model": ProblemOut, "description": "A fault of oO's."}}


def router(person: Person) -> APIRouter:
    """The routes over the promises."""
    routes = APIRouter(route_class=DirectRoute)

    @cache
    def known() -> dict[str, Any]:  # what is installed changes with a restart only
        return {"agents": [_agent(view) for view in person.serving.registry()]}

    @routes.get(
        "/api/agents/registry",
        operation_id="agents",
        summary="Which agents are there?",
        response_model=RegistryOut,
        responses=REFUSED,
    )
    async def registry(request: Request) -> Response:
        """Every agent with what it may see, when it is silent, and what it infers."""
        asker(request)
        response = answered(known())
        response.headers["cache-control"] = f"private, max-age={CACHED}"
        return response

    @routes.post(
        "/api/agents/{agent}/compute",
        operation_id="compute_agent",
        summary="Ask one agent about me now.",
        response_model=HeardOut,
        responses={
            **REFUSED,
            **problems(s403="From another site, or without the token.", s404="No such agent."),
            **problems(s413="Too much.", s415="Not JSON."),
        },
        openapi_extra={"requestBody": {"required": False, "content": {"application/json": {"schema": {}}}}},
    )
    async def compute(request: Request) -> Response:
        """What it says counts from now on, as if its time had come."""
        heard = await person.hearings.hear(user=asker(request).user, agent=str(request.path_params["agent"]))
        return answered(_heard(heard))

    return routes


def _agent(view: AgentView) -> dict[str, Any]:
    return {
        "id": view.id,
        "name": view.name,
        "summary": view.summary,
        "version": view.version,
        "stage": view.stage,
        "ttl_minutes": view.ttl_minutes,
        "consents": view.consents,
        "silenced_in": view.silenced_in,
        "features": view.features,
        "parameters": [
            {name: getattr(one, name) for name in ("name", "evidence", "minimum", "default", "unit")}
            for one in view.parameters
        ],
    }


def _heard(heard: Heard) -> dict[str, Any]:
    snippet = heard.snippet
    return {
        "agent": heard.agent,
        "version": heard.version,
        "until": heard.until.isoformat(),
        "snippet": None
        if snippet is None
        else {
            "text": snippet.text,
            "facts": dict(snippet.facts),
            "evidence": snippet.evidence,
            "confidence": snippet.confidence,
            "insight": snippet.insight,
        },
        "why_not": heard.why_not,
    }
