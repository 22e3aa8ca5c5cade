"""Signing in with a passkey: the page's script asks here what to do, and brings here what the browser said."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from oo.apps.web import cookies
from oo.apps.web.pages import Pages
from oo.apps.web.sign_in.entering import enter
from oo.contracts.errors import Invalid
from oo.contracts.sign_ins import Asked


class PasskeyRoutes:
    """Answers for signing in with a passkey."""

    def __init__(self, pages: Pages) -> None:
        self._promises = pages.promises

    def routes(self) -> list[Route]:
        """The routes; what goes wrong is a problem, which the script leads to a page."""
        return [
            Route("/sign-in/passkey/options", self.ask, methods=["POST"]),
            Route("/sign-in/passkey", self.enter, methods=["POST"]),
        ]

    async def ask(self, request: Request) -> Response:
        """What the browser is to do."""
        return offered(request, await self._promises.passkeys.ask(origin=request.state.site.origin))

    async def enter(self, request: Request) -> Response:
        """Let in whom the passkey belongs to; the script goes on to the tip."""
        session = await self._promises.passkeys.enter(
            origin=request.state.site.origin,
            proof=cookies.proof(request, cookies.PASSKEY),
            credential=part(await sent(request), "credential"),
            device=request.headers.get("user-agent", ""),
        )
        response = Response(status_code=204)
        await enter(self._promises, request, response, session)
        cookies.prove(request, response, "", 0, cookies.PASSKEY)
        return response


def offered(request: Request, asked: Asked) -> Response:
    """The options, with the cookie that proves later on that it is the same browser."""
    response = JSONResponse(dict(asked.options))
    cookies.prove(request, response, asked.proof, asked.lasts, cookies.PASSKEY)
    return response


async def sent(request: Request) -> Mapping[str, Any]:
    """The JSON object of a request; raises `Invalid`."""
    try:
        body = json.loads(await request.body())
    except (ValueError, RecursionError):
        raise Invalid from None
    if not isinstance(body, dict):
        raise Invalid
    return body


def part(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """An object within it; raises `Invalid`."""
    value = body.get(name)
    if not isinstance(value, dict):
        raise Invalid
    return value
