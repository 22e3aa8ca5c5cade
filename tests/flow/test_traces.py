"""One tip from the request to the model, as spans tell it: everything that was done, and not a word of anybody's."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from oo.contracts.accounts import Accounts
from oo.contracts.sources import Sources
from oo.entry import server
from oo.entry.wiring import House, house
from oo.kernel import tracing
from oo.kernel.http.site import Sites
from oo.kernel.log import NotForLogs
from oo.kernel.settings import Settings
from oo.testing.asgi import ask
from oo.testing.databases import address
from oo.testing.llm.answers import FAULTS
from oo.testing.llm.server import StandIn, stand_in

pytestmark = pytest.mark.anyio

CANARIES = ("Xylophone", "Zanzibar", "Milo")


@pytest.fixture
async def model() -> AsyncIterator[StandIn]:
    async with stand_in() as running:
        yield running


@pytest.fixture
def spans() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
async def home(tmp_path: Path, model: StandIn, spans: InMemorySpanExporter) -> AsyncIterator[House]:
    with address(tmp_path) as where:
        settings = Settings(data=tmp_path, files=(tmp_path,), database_url=where, llm_url=model.url)
        async with house(settings, background=False) as made:
            yield made


async def first_tip(home: House) -> Any:
    """Somebody connects a file and asks, over HTTP."""
    accounts, sources = home.promises[Accounts], home.promises[Sources]
    session = await accounts.redeem(token=await accounts.invite(name="Milo"), device="Milo's phone")
    text = b"(A) 2026-11-02 Tune the Xylophone in Zanzibar +Zanzibar\n"
    await sources.upload(user=session.user, name="todo.txt", data=text)
    app = server.application(home.promises, server.Tools(home.kit.clock, home.kit.ids, Sites(), home.health))
    headers = {"cookie": f"oo={session.cookie}", "traceparent": f"00-{'ab' * 16}-{'cd' * 8}-01"}
    return (await ask(app, "POST", "/api/recommend", headers=headers, data={})).json()


async def test_spans_lead_from_the_request_to_the_model(home: House, spans: InMemorySpanExporter) -> None:
    tracing.collect(SimpleSpanProcessor(spans), "oo")
    assert "Xylophone" in (await first_tip(home))["tip"]["content"]
    by_name = {one.name: one for one in spans.get_finished_spans()}
    way = ["POST /api/recommend", "ready", "invoke_workflow tips", "chat tip-generator"]
    for above, below in pairwise(way):
        parent = by_name[below].parent
        assert parent is not None and parent.span_id == by_name[above].context.span_id, (above, below)
    assert {f"{one.context.trace_id:032x}" for one in by_name.values()} == {"ab" * 16}
    caller = by_name["POST /api/recommend"].parent
    assert caller is not None and f"{caller.span_id:016x}" == "cd" * 8
    said = dict(by_name["chat tip-generator"].attributes or {})
    assert said["gen_ai.operation.name"] == "chat"
    assert said["gen_ai.request.model"] == "tip-generator"
    assert said["gen_ai.response.model"] == "stand-in:1b"
    assert said["gen_ai.usage.input_tokens"] == 10
    assert dict(by_name["POST /api/recommend"].attributes or {})["http.response.status_code"] == 200


@pytest.mark.parametrize("fault", [None, "500", "echoes the prompt", "no JSON"])
async def test_no_span_holds_a_word_of_anybodys(
    home: House, spans: InMemorySpanExporter, model: StandIn, fault: str | None
) -> None:
    if fault is not None:
        model.says = FAULTS[fault]
    tracing.collect(SimpleSpanProcessor(spans), "oo")
    answer = json.dumps(await first_tip(home))
    assert all(word in answer for word in CANARIES[:2]), "the canaries were on the way"
    exported = "\n".join(one.to_json() for one in spans.get_finished_spans())
    assert "chat tip-generator" in exported
    assert not [word for word in CANARIES if word.lower() in exported.lower()]


async def test_what_has_no_way_into_a_span_is_refused(spans: InMemorySpanExporter) -> None:
    tracing.collect(SimpleSpanProcessor(spans), "oo")
    for attributes in ({"title": "x"}, {"oo__reason": "Tune the Xylophone"}, {"oo__reason": ["a"]}):
        with pytest.raises(NotForLogs), tracing.span("ready") as one:
            one.set(**attributes)
    with pytest.raises(LookupError), tracing.span("ready"):
        raise LookupError("Tune the Xylophone")
    exported = "\n".join(one.to_json() for one in spans.get_finished_spans())
    assert '"LookupError"' in exported
    assert "Xylophone" not in exported


async def test_without_a_collector_there_are_no_spans(home: House) -> None:
    with tracing.span("ready") as one:
        assert isinstance(one, tracing.Nothing)
    assert tracing.begun("ready") is None
