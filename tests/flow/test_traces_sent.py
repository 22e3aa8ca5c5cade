"""Spans as a collector gets them, MLflow's or another: by OTLP over HTTP, beside the request and not in its way."""

from __future__ import annotations

import asyncio
import gzip
import json
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from tests.flow.test_traces import CANARIES, first_tip

from oo.entry.wiring import House, house
from oo.kernel import tracing
from oo.kernel.settings import Settings
from oo.testing.databases import address
from oo.testing.llm.server import stand_in

pytestmark = pytest.mark.anyio

PATIENCE = 120.0
WAY = {"POST /api/recommend", "ready", "invoke_workflow tips", "chat tip-generator", "decide"}


@dataclass
class Collector:
    """Takes spans, and answers when it may."""

    may_answer: threading.Event = field(default_factory=threading.Event)
    heads: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    answered: int = 0
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1/traces"

    def names(self) -> dict[str, str]:
        """Every span that came, by name, with the name of its service."""
        found: dict[str, str] = {}
        for request in map(ExportTraceServiceRequest.FromString, self.bodies):
            for of in request.resource_spans:
                service = {one.key: one.value.string_value for one in of.resource.attributes}["service.name"]
                found |= {span.name: service for scope in of.scope_spans for span in scope.spans}
        return found


@pytest.fixture
def collector() -> Iterator[Collector]:
    made = Collector()

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            made.heads.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
            made.bodies.append(gzip.decompress(body) if self.headers["content-encoding"] == "gzip" else body)
            made.may_answer.wait(PATIENCE)
            made.answered += 1
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    made.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield made
    made.may_answer.set()
    server.shutdown()
    server.server_close()
    thread.join(PATIENCE)


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    async with stand_in() as model:
        with address(tmp_path) as where:
            settings = Settings(data=tmp_path, files=(tmp_path,), database_url=where, llm_url=model.url)
            async with house(settings, background=False) as made:
                yield made


async def test_a_collector_gets_the_way_of_a_tip_without_a_word_of_anybodys_and_holds_nobody_up(
    home: House, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "x-mlflow-experiment-id=7")
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "50")
    monkeypatch.setenv("OTEL_BSP_EXPORT_TIMEOUT", "120000")
    monkeypatch.setattr(tracing, "_EXPORT_SECONDS", PATIENCE)
    tracing.configure(collector.url, "oo-up")
    with tracing.span("decide"):
        pass
    await until(lambda: len(collector.bodies) == 1)
    answer = json.dumps(await first_tip(home))
    assert all(word in answer for word in CANARIES[:2]), "the canaries were on the way"
    assert collector.answered == 0, "a tip was shown while the collector still kept its first caller waiting"
    collector.may_answer.set()
    await until(lambda: collector.names().keys() >= WAY)
    assert set(collector.names().values()) == {"oo-up"}
    path, headers = collector.heads[0]
    assert (path, headers["x-mlflow-experiment-id"]) == ("/v1/traces", "7")
    assert headers["content-type"] == "application/x-protobuf"
    sent = b"\n".join(collector.bodies).lower()
    assert not [word for word in CANARIES if word.lower().encode() in sent]


async def until(true: Callable[[], bool]) -> None:
    """Wait until this is so."""
    async with asyncio.timeout(PATIENCE):
        while not true():  # noqa: ASYNC110 - another thread makes it so
            await asyncio.sleep(0.01)
