"""What `oo serving` serves: the routes alone, with their faults as problem documents."""

from __future__ import annotations

import time
from collections.abc import Callable, MutableMapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, Router

from oo.kernel.http.changes import limited
from oo.kernel.http.problems import Receive, Send, answer, fault_of
from oo.kernel.log import begin_trace, get_logger
from oo.kernel.tracing import begun

BODY_LIMIT = 16 * 1024 * 1024
"""Bytes of one request: a view of somebody with twenty thousand tasks."""

log = get_logger("serving")


class App:
    """An ASGI application of routes; continues the caller's trace."""

    def __init__(self, routes: Sequence[Route], access: Callable[[str, str, int, float], None] | None = None) -> None:
        self._router = Router([Route("/health", _health), *routes], redirect_slashes=False)
        self._access = access

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            return
        began, status = time.perf_counter(), 0
        headers: dict[bytes, bytes] = dict(scope["headers"])
        parent = headers.get(b"traceparent")
        caller = parent.decode("latin-1") if parent else None
        begin_trace(caller)
        traced = begun(scope["method"], kind="server", parent=caller)

        async def sending(message: MutableMapping[str, Any]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._router(scope, limited(headers, receive, BODY_LIMIT), sending)
        except Exception as error:
            if status:
                log.error("answer.broken", failure=error)
            else:
                await answer(fault_of(error), scope, receive, sending)
        route = getattr(scope.get("route"), "path", "none")
        if traced is not None:
            traced.set(http__request__method=scope["method"], http__route=route, http__response__status_code=status)
            traced.end(f"{scope['method']} {route}")
        if self._access is not None:
            self._access(scope["method"], route, status, (time.perf_counter() - began) * 1000)


async def _health(request: Request) -> Response:
    return JSONResponse({"well": True})
