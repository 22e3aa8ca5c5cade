"""Events keep their content on the way over the wire."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo.contracts.events import EVENTS, Event, ProtobufCodec
from oo.contracts.events.codec import UnknownEvent

codec = ProtobufCodec()
BY_TYPE: dict[str, st.SearchStrategy[Any]] = {
    "str": st.text(st.characters(codec="utf-8")),
    "int": st.integers(-(2**31), 2**31 - 1),
    "float": st.floats(allow_nan=False),
    "bool": st.booleans(),
    "datetime": st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1)).map(lambda at: at.replace(tzinfo=UTC)),
}


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


def test_an_unknown_type_is_named() -> None:
    with pytest.raises(UnknownEvent, match=r"tips\.tip\.eaten"):
        codec.decode("tips.tip.eaten", b"")


def test_types_follow_the_names_of_the_contracts() -> None:
    assert {
        "signals.task.completed",
        "tips.tip.served",
        "tips.silence.kept",
        "tips.tip.seen",
        "tips.tip.reacted",
        "profile.pref.set",
    } <= set(EVENTS)
