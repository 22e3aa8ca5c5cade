"""What an event's headers say comes back as it was, and what is wrong with foreign ones is named."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo.kernel.cloudevents import Attributes, NotOurs, from_headers, to_headers

EVENT = Attributes(
    "01ARZ3NDEKTSV4RRFFQ69G5FAV",
    "01ARZ3NDEKTSV4RRFFQ69G5FAW",
    12,
    "tips.tip.reacted",
    datetime(2026, 11, 21, 14, 0, 0, 250_000, tzinfo=UTC),
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
)
words = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=26)
events = st.builds(
    Attributes,
    id=words,
    user=words,
    seq=st.integers(1, 2**40),
    type=words,
    at=st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1)).map(lambda at: at.replace(tzinfo=UTC)),
    trace=st.just("") | words,
)


@given(events)
def test_an_event_comes_back_from_its_headers(event: Attributes) -> None:
    assert from_headers(to_headers(event)) == event


def test_the_headers_are_the_names_of_cloudevents_and_of_the_trace_context() -> None:
    assert to_headers(EVENT) == {
        "ce-specversion": "1.0",
        "ce-id": "01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "ce-source": "urn:oo",
        "ce-type": "tips.tip.reacted",
        "ce-subject": "01ARZ3NDEKTSV4RRFFQ69G5FAW",
        "ce-time": "2026-11-21T14:00:00.250000Z",
        "ce-sequence": "12",
        "ce-dataversion": "1",
        "ce-datacontenttype": "application/vnd.oo.sealed+protobuf",
        "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    }


def test_headers_that_nobody_here_knows_are_passed_over() -> None:
    assert from_headers(to_headers(EVENT) | {"Nats-Msg-Id": "x", "ce-future": "y"}) == EVENT


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ce-dataversion", "2"),
        ("ce-dataversion", "one"),
        ("ce-specversion", "0.3"),
        ("ce-sequence", "0"),
        ("ce-sequence", "-1"),
        ("ce-sequence", "²"),
        ("ce-sequence", "9" * 40),
        ("ce-time", "yesterday"),
        ("ce-time", "2026-11-21T14:00:00"),
        ("ce-id", ""),
        ("ce-subject", ""),
        ("ce-type", ""),
    ],
)
def test_what_is_wrong_with_headers_is_named(name: str, value: str) -> None:
    with pytest.raises(NotOurs, match=name):
        from_headers(to_headers(EVENT) | {name: value})


@given(st.dictionaries(st.sampled_from(sorted(to_headers(EVENT))), st.text()))
def test_headers_from_anybody_are_read_or_refused_and_nothing_else(headers: dict[str, str]) -> None:
    with contextlib.suppress(NotOurs):
        from_headers(to_headers(EVENT) | headers)
