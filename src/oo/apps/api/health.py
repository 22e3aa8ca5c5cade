"""`GET /health`: is this oO well? Open to everybody, so it names parts and nothing else; its admin sees the figures."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from oo.apps.api.direct import DirectRoute, ProblemOut, answered
from oo.contracts.accounts import Identity


class Wellness(Protocol):
    """How a part is."""

    @property
    def well(self) -> bool:
        """Whether it works."""

    @property
    def facts(self) -> Mapping[str, int | float | str]:
        """Figures and words that name nobody."""


class PartOut(BaseModel):
    """How a part is."""

    well: bool
    facts: dict[str, int | float | str] | None = Field(None, description="For the admin.")


class HealthOut(BaseModel):
    """How this oO is."""

    well: bool
    parts: dict[str, PartOut]


def router(state: Callable[[], Awaitable[Mapping[str, Wellness]]]) -> APIRouter:
    """The route over the parts of a house."""
    routes = APIRouter(route_class=DirectRoute)

    @routes.get(
        "/health",
        operation_id="health",
        summary="Is it well?",
        response_model=HealthOut,
        responses={
            503: {"model": HealthOut, "description": "A part is not well."},
            500: {"model": ProblemOut, "description": "A fault of oO's."},
        },
    )
    async def health(request: Request) -> Response:
        """How every part is; 503 when one of them is not well."""
        identity: Identity | None = request.scope["state"].get("identity")
        told = identity is not None and identity.admin
        parts: dict[str, dict[str, Any]] = {}
        for name, part in (await state()).items():
            parts[name] = {"well": part.well} | ({"facts": dict(part.facts)} if told else {})
        well = all(part["well"] for part in parts.values())
        response = answered({"well": well, "parts": parts})
        response.status_code = 200 if well else 503
        return response

    return routes
