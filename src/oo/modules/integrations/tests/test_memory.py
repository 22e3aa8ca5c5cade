"""What connectors note: each connection its own, no more than so much, and gone with the connection."""

from __future__ import annotations

import pytest

from oo.modules.integrations.memory import LONGEST, Memory


def test_each_connection_has_its_own_notes() -> None:
    memory = Memory()
    one, other = memory.of("one"), memory.of("other")
    one["a"], other["a"], other["b"] = "1", "2", "3"
    assert (dict(one), dict(other), len(other)) == ({"a": "1"}, {"a": "2", "b": "3"}, 2)
    del other["a"]
    assert "a" not in other
    with pytest.raises(KeyError):
        other["a"]


def test_of_too_many_those_go_that_were_not_used_for_longest() -> None:
    memory = Memory(most=2)
    notes = memory.of("one")
    notes["a"], notes["b"] = "1", "2"
    assert notes["a"] == "1"
    memory.of("other")["c"] = "3"
    assert (sorted(notes), sorted(memory.of("other"))) == (["a"], ["c"])


def test_what_is_too_long_is_not_kept() -> None:
    notes = Memory().of("one")
    notes["a"] = "x" * LONGEST
    assert len(notes) == 0


def test_what_is_forgotten_is_gone_and_the_rest_stays() -> None:
    memory = Memory()
    memory.of("one")["a"] = memory.of("other")["a"] = "1"
    memory.forget("one")
    assert (len(memory.of("one")), len(memory.of("other"))) == (0, 1)
