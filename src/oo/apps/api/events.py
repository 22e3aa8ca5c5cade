"""`GET /api/events`: the newest events for operators, as JSON, or as they come (server-sent events)."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from oo.apps.api.direct import DirectRoute, ProblemOut, answered, asker, problems, read
from oo.contracts.errors import Refused
from oo.contracts.tails import EventTail, Filter, State, TailEvent

STREAM = "text/event-stream"


class EventOut(BaseModel):
    """An event without what it says."""

    id: str
    type: str = Field(examples=["tips.tip.reacted"])
    user: str = Field(description="Opaque.")
    seq: int = Field(description="Its number in the person's order.")
    at: AwareDatetime
    state: State


class EventsOut(BaseModel):
    """The newest events, newest first."""

    events: list[EventOut]


class EventsIn(BaseModel):
    """Which events are wanted."""

    model_config = ConfigDict(extra="forbid")

    type: str | None = Field(
        None, pattern=r"^[a-z_*.]{0,80}>?$", description="A type; `*` is one word of it, `>` the rest: `tips.>`."
    )
    user: str | None = Field(None, max_length=26)
    since: AwareDatetime | None = Field(None, description="From this instant on.")
    until: AwareDatetime | None = Field(None, description="Before this instant.")


def router(tail: EventTail) -> APIRouter:
    """The route over the promise."""
    routes = APIRouter(route_class=DirectRoute)

    @routes.get(
        "/api/events",
        operation_id="events",
        summary="What happens now? For operators.",
        response_model=EventsOut,
        responses={
            200: {"content": {STREAM: {"schema": {"type": "string"}}}},
            **problems(s401="No session.", s403="Not an operator.", s422="What was sent cannot be understood."),
            500: {"model": ProblemOut, "description": "A fault of oO's."},
        },
        openapi_extra={"parameters": [_parameter(name) for name in EventsIn.model_fields]},
    )
    async def events(request: Request) -> Response:
        """The newest 500 that are wanted; with `Accept: text/event-stream` those and all that come."""
        if not asker(request).admin:
            raise Refused("Events are for operators.")
        wanted = wanted_of(dict(request.query_params))
        if STREAM not in request.headers.get("accept", ""):
            return answered({"events": [as_json(event) for event in await tail.recent(wanted=wanted)]})
        return StreamingResponse(_lines(tail, wanted, _after(request)), media_type=STREAM)

    return routes


def wanted_of(query: dict[str, str]) -> Filter:
    """The filter that a query holds; raises `Invalid` naming what can't be read."""
    sent = read(EventsIn, query)
    return Filter(sent.type, sent.user, sent.since, sent.until)


def as_json(event: TailEvent) -> dict[str, Any]:
    """An event as it goes over the wire."""
    return {
        "id": event.id,
        "type": event.type,
        "user": event.user,
        "seq": event.seq,
        "at": event.at.isoformat(),
        "state": event.state,
    }


async def _lines(tail: EventTail, wanted: Filter, after: int) -> AsyncIterator[bytes]:
    yield b"retry: 2000\n\n"
    async for events in tail.follow(wanted=wanted, after=after):
        lines = [f"id: {one.place}\ndata: {json.dumps(as_json(one), separators=(',', ':'))}\n\n" for one in events]
        yield "".join(lines).encode() or b":\n\n"


def _after(request: Request) -> int:
    """Where the browser was when its stream ended."""
    last = request.headers.get("last-event-id", "")
    return int(last) if last.isascii() and last.isdecimal() and len(last) < 19 else 0


def _parameter(name: str) -> dict[str, Any]:
    schema = EventsIn.model_json_schema()["properties"][name]
    described = {"description": text} if (text := schema.pop("description", "")) else {}
    return {"name": name, "in": "query", "required": False, **described, "schema": schema}
