"""`POST /api/auth/token`: lets programs in with the operator's token, for a quarter of an hour."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from oo.apps.api.direct import DirectRoute, ProblemOut, answered, body_of, problems, read
from oo.contracts.sign_ins import Automation


class TokenIn(BaseModel):
    """The operator's token."""

    model_config = ConfigDict(extra="forbid")

    token: str = Field(min_length=1, max_length=1000, description="`OO_ADMIN_TOKEN`.")


class TokenOut(BaseModel):
    """A session for a program."""

    token: str = Field(description="For `Authorization: Bearer` on every route below /api/.")
    token_type: str = "Bearer"  # noqa: S105 - the name of a scheme
    expires_in: int = Field(description="Seconds.")


def router(automation: Automation) -> APIRouter:
    """The route over the promise."""
    routes = APIRouter(route_class=DirectRoute)

    @routes.post(
        "/api/auth/token",
        operation_id="token",
        summary="Let a program in.",
        response_model=TokenOut,
        responses={
            **problems(s403="Another token, or from another site.", s404="The operator has set no token."),
            **problems(s413="Too much.", s422="What was sent cannot be understood.", s429="Too many tries."),
            500: {"model": ProblemOut, "description": "A fault of oO's."},
        },
        openapi_extra=body_of(TokenIn),
    )
    async def token(request: Request) -> Response:
        """Exchange the operator's token for a short one; failed tries are counted by address."""
        given = read(TokenIn, await request.body()).token
        made = await automation.token(given=given, device=request.headers.get("user-agent", ""))
        return answered({"token": made.token, "token_type": "Bearer", "expires_in": made.lasts})

    return routes
