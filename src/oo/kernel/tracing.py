"""Spans from the request to the model (OpenTelemetry), off unless a collector is named; no personal text gets in.

A span says what was done, how long it took and what came of it, in attributes of an allow-list whose values are numbers
or single words. Prompts, answers and messages of exceptions have no way in. Spans leave in a thread of their own.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Literal

from oo.kernel.log import NotForLogs, span_entered, span_left, traceparent

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import SpanProcessor
    from opentelemetry.trace import Span as Recorded
    from opentelemetry.trace import Tracer

Kind = Literal["internal", "server", "client"]

# fmt: off
ATTRIBUTES = frozenset((
    "error.type", "http.request.method", "http.response.status_code", "http.route", "server.address", "server.port",
    "gen_ai.operation.name", "gen_ai.output.type", "gen_ai.prompt.name", "gen_ai.provider.name",
    "gen_ai.request.max_tokens", "gen_ai.request.model", "gen_ai.request.temperature", "gen_ai.response.model",
    "gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens",
    "oo.asked", "oo.candidates", "oo.policy", "oo.reason", "oo.sent_bytes", "oo.source", "oo.tries", "oo.unchanged",
))
# fmt: on
"""Every attribute that a span may have (OpenTelemetry's semantic conventions for HTTP and GenAI, and oO's own)."""

_NAME = re.compile(r"[\w./{}:-]{1,80}(?: [\w./{}:-]{1,80})?")
_WORD = re.compile(r"[!-~]{0,120}")
_PARENT = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}")
_EXPORT_SECONDS = 5

_tracer: ContextVar[Tracer | None] = ContextVar("oo_tracer", default=None)


class Span:
    """A span under way; made by `span` and `begun`."""

    __slots__ = ("_recorded", "_token")

    def __init__(self, recorded: Recorded, token: Any) -> None:
        self._recorded, self._token = recorded, token

    def set(self, **attributes: object) -> None:
        """Add attributes, a `__` in a name standing for its dot; raises `NotForLogs` for what has no way in."""
        for name, value in attributes.items():
            key = name.replace("__", ".")
            if key not in ATTRIBUTES:
                raise NotForLogs(f"The attribute {key!r} is not in oo.kernel.tracing.ATTRIBUTES.")
            if not (isinstance(value, bool | int | float) or (isinstance(value, str) and _WORD.fullmatch(value))):
                raise NotForLogs(f"The value of {key!r} is neither a number nor a single word.")
            self._recorded.set_attribute(key, value)

    def end(self, name: str | None = None, failure: BaseException | None = None) -> None:
        """End it, under a better name where that is known by now; of a failure it keeps the type alone."""
        if name is not None and _NAME.fullmatch(name):
            self._recorded.update_name(name)
        if failure is not None:
            from opentelemetry.trace import Status, StatusCode

            self._recorded.set_attribute("error.type", type(failure).__name__)
            self._recorded.set_status(Status(StatusCode.ERROR))
        self._recorded.end()
        span_left(self._token)


class Nothing:
    """What stands for a span where nobody collects them."""

    __slots__ = ()

    def set(self, **attributes: object) -> None:
        """Nothing."""


def configure(url: str | None, service: str) -> None:
    """Send spans to a collector (OTLP over HTTP, the whole address) from here on; without one nothing is loaded."""
    if url is None:
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    collect(BatchSpanProcessor(OTLPSpanExporter(endpoint=url, timeout=_EXPORT_SECONDS)), service)


def collect(processor: SpanProcessor, service: str) -> None:
    """Hand spans to a processor from here on, in this context and what begins in it."""
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider

    provider = TracerProvider(resource=Resource({"service.name": service}))
    provider.add_span_processor(processor)
    _tracer.set(provider.get_tracer("oo"))


def begun(name: str, *, kind: Kind = "internal", parent: str | None = None) -> Span | None:
    """Begin a span below the caller's (W3C `traceparent`) or the work at hand; None where nobody collects them.

    Whatever is asked of others until its end names it as their parent.
    """
    tracer = _tracer.get()
    if tracer is None:
        return None
    from opentelemetry import trace

    assert _NAME.fullmatch(name), "a span's name is a literal"
    above = _PARENT.fullmatch(parent or "") or _PARENT.fullmatch(traceparent())
    assert above is not None
    remote = trace.SpanContext(int(above[1], 16), int(above[2], 16), is_remote=True, trace_flags=trace.TraceFlags(1))
    recorded = tracer.start_span(
        name,
        trace.set_span_in_context(trace.NonRecordingSpan(remote)),
        kind=trace.SpanKind[kind.upper()],
        record_exception=False,
        set_status_on_exception=False,
    )
    made = recorded.get_span_context()
    return Span(recorded, span_entered(f"00-{made.trace_id:032x}-{made.span_id:016x}-01"))


@contextlib.contextmanager
def span(name: str, *, kind: Kind = "internal") -> Iterator[Span | Nothing]:
    """A span around a piece of work; costs next to nothing where nobody collects them."""
    under_way = begun(name, kind=kind)
    if under_way is None:
        yield _NOTHING
        return
    try:
        yield under_way
    except BaseException as failure:
        under_way.end(failure=failure)
        raise
    under_way.end()


_NOTHING = Nothing()
