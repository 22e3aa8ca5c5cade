"""Events keep their content on the way over the wire, also what only a newer oO understands."""

from __future__ import annotations

from dataclasses import asdict, fields
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo.contracts.events import EVENTS, Event, ProtobufCodec, TipSeen, TipServed
from oo.contracts.events.codec import UnknownEvent, Unreadable

codec = ProtobufCodec()
BY_TYPE: dict[str, st.SearchStrategy[Any]] = {
    "str": st.text(st.characters(codec="utf-8")),
    "int": st.integers(-(2**31), 2**31 - 1),
    "float": st.floats(allow_nan=False),
    "bool": st.booleans(),
    "datetime": st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1)).map(lambda at: at.replace(tzinfo=UTC)),
    "tuple[str, ...]": st.lists(st.text(st.characters(codec="utf-8")), max_size=3).map(tuple),
}
NEWER = b"\xfa\x7f\x03new"
"""Field 2047, as a newer oO may write it."""


def events() -> st.SearchStrategy[Event]:
    def one(kind: type[Event]) -> st.SearchStrategy[Event]:
        values = {}
        for field in fields(kind):
            name, _, optional = str(field.type).partition(" | ")
            values[field.name] = BY_TYPE[name] | st.none() if optional else BY_TYPE[name]
        return st.builds(kind, **values)

    return st.one_of([one(kind) for kind in EVENTS.values()])


@given(events())
def test_every_event_comes_back_as_it_was(event: Event) -> None:
    assert codec.decode(*codec.encode(event)) == event


@given(events())
def test_what_a_newer_oo_put_into_an_event_is_sent_on(event: Event) -> None:
    kind, wire = codec.encode(event)
    read = codec.decode(kind, wire + NEWER)
    assert read == event
    assert asdict(read) == asdict(event)
    assert codec.encode(read) == (kind, wire + NEWER)


@given(st.sampled_from(sorted(EVENTS)), st.binary(max_size=80))
def test_any_bytes_are_an_event_or_unreadable(kind: str, data: bytes) -> None:
    try:
        event = codec.decode(kind, data)
    except Unreadable:
        return
    assert codec.decode(*codec.encode(event)) == event or event != event  # NaN


@given(events(), st.data())
def test_an_event_cut_off_in_a_field_is_no_other_one(event: Event, data: st.DataObject) -> None:
    kind, wire = codec.encode(event)
    short = wire[: data.draw(st.integers(0, len(wire)))]
    try:
        read = codec.decode(kind, short)
    except Unreadable:
        return
    assert codec.encode(read) == (kind, short)


def test_an_unknown_type_is_named() -> None:
    with pytest.raises(UnknownEvent, match=r"tips\.tip\.eaten"):
        codec.decode("tips.tip.eaten", b"")
    with pytest.raises(UnknownEvent, match="dict"):
        codec.encode({})


def test_bytes_that_are_no_event_are_named_with_the_type() -> None:
    with pytest.raises(Unreadable, match=r"tips\.tip\.seen"):
        codec.decode("tips.tip.seen", codec.encode(TipSeen("t1", "web"))[1][:-1])


def test_types_follow_the_names_of_the_contracts() -> None:
    assert {
        "signals.task.completed",
        "features.user.updated",
        "agents.snippet.computed",
        "tips.tip.served",
        "tips.silence.kept",
        "tips.tip.seen",
        "tips.tip.reacted",
        "tips.reward.assigned",
        "profile.pref.set",
        "profile.pref.inferred",
        "profile.consent.changed",
        "profile.context.changed",
        "integrations.connection.changed",
        "notifier.delivery.changed",
    } <= set(EVENTS)


def test_an_event_is_as_light_as_its_fields() -> None:
    assert not hasattr(TipServed("t1"), "__dict__")
