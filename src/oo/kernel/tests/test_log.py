from __future__ import annotations

import asyncio
import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from oo.kernel.log import NotForLogs, access_log, begin_trace, configure, get_logger, trace_id, traceparent

CANARY = "Call the clinic about Ada's results"


@pytest.fixture
def out() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    configure(level="debug", stream=stream)
    yield stream
    structlog.reset_defaults()
    logging.basicConfig(handlers=[], force=True)
    logging.captureWarnings(False)


def lines(out: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_a_line_is_json_with_time_level_event_room_and_trace(out: io.StringIO) -> None:
    begin_trace("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
    get_logger("jobs").warning("job.failed", job="sync", tries=3)
    [line] = lines(out)
    assert line.pop("at").endswith("+00:00")
    assert line == {
        "level": "warning",
        "event": "job.failed",
        "room": "jobs",
        "trace": "4bf92f3577b34da6a3ce929d0e0e4736",
        "job": "sync",
        "tries": 3,
    }


@pytest.mark.parametrize(
    "write",
    [
        lambda log: log.info(f"read {CANARY}"),
        lambda log: log.info("item.read", title=CANARY),
        lambda log: log.info("item.read", kind=CANARY),
        lambda log: log.info("item.read", kind=[CANARY]),
        lambda log: log.info("item.read", kind={"title": CANARY}),
        lambda log: log.error("item.failed", failure=ValueError(CANARY)),
        lambda _: logging.getLogger("uvicorn.error").error("cannot handle %s", CANARY),
        lambda _: logging.getLogger("asyncio").error("Task failed: %r", ValueError(CANARY)),
    ],
)
def test_no_persons_words_reach_a_log(write: Any, out: io.StringIO) -> None:
    write(get_logger("canary"))
    assert out.getvalue()
    assert "Ada" not in out.getvalue()
    assert "clinic" not in out.getvalue()


def test_the_canary_would_be_seen(out: io.StringIO) -> None:
    structlog.get_logger().info("item.read", kind="Ada")
    assert "Ada" in out.getvalue()


@pytest.mark.parametrize(
    ("event", "fields"), [("item.read", {"title": "x"}), ("item.read", {"kind": "two words"}), (CANARY, {})]
)
def test_what_could_be_a_persons_raises_under_tests(event: str, fields: dict[str, Any]) -> None:
    structlog.reset_defaults()
    with pytest.raises(NotForLogs):
        get_logger("canary").error(event, **fields)


def test_an_exception_is_told_by_type_and_place(out: io.StringIO) -> None:
    try:
        raise KeyError(CANARY)
    except KeyError as error:
        get_logger("jobs").error("job.failed", failure=error)
    [line] = lines(out)
    assert line["error"] == "KeyError"
    assert line["where"][0].endswith(":test_an_exception_is_told_by_type_and_place")


def test_each_task_has_its_own_trace() -> None:
    async def work() -> str:
        begin_trace()
        await asyncio.sleep(0)
        return trace_id()

    async def both() -> list[str]:
        return list(await asyncio.gather(work(), work()))

    first, second = asyncio.run(both())
    assert first != second
    assert len(first) == 32


@pytest.mark.parametrize("parent", ["", "nonsense", "00-" + "0" * 32 + "-00f067aa0ba902b7-01", "00-ZZ-00-01"])
def test_a_malformed_parent_begins_a_new_trace(parent: str) -> None:
    begin_trace(parent)
    assert len(traceparent()) == 55
    assert trace_id() not in ("", "0" * 32)


def test_the_access_line_names_the_route_and_not_the_address(out: io.StringIO) -> None:
    write = access_log("info", out)
    assert write is not None
    write("GET", "/sign-in/{token}", 303, 1.23456)
    [line] = lines(out)
    assert (line["route"], line["status"], line["ms"]) == ("/sign-in/{token}", 303, 1.2)
    assert access_log("warning", out) is None
