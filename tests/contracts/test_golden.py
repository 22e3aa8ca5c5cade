"""Events that were ever written are read for good: each sample that was kept says today what it said then."""

from __future__ import annotations

from dataclasses import fields

import pytest
from tests.contracts.keep import as_json, kept

from oo.contracts.events import EVENTS, ProtobufCodec

KEPT = kept()
codec = ProtobufCodec()


@pytest.mark.parametrize("kind", sorted(KEPT))
def test_an_old_event_is_still_readable(kind: str) -> None:
    for sample in KEPT[kind]:
        read = codec.decode(kind, bytes.fromhex(sample["wire"]))
        said = as_json(read)
        assert {name: said.get(name) for name in sample["says"]} == sample["says"]
        assert codec.encode(read) == (kind, bytes.fromhex(sample["wire"]))


def test_every_type_has_a_sample_with_all_its_fields() -> None:
    newest = {kind: set(samples[-1]["says"]) for kind, samples in KEPT.items()}
    without = [kind for kind, event in EVENTS.items() if {one.name for one in fields(event)} - newest.get(kind, set())]
    assert not without, f"run: .venv/bin/python -m tests.contracts.keep (for {', '.join(without)})"


def test_no_type_that_was_ever_written_is_gone() -> None:
    assert set(KEPT) <= set(EVENTS)
