"""Things on a mind: edited as a whole, finished one by one, never mixed up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo.contracts.connectors import Action, Document, Source
from oo.contracts.ids import ConnectionId
from oo.plugins.connectors.mind.document import PATH, Thing, read, write
from oo.plugins.connectors.mind.plugin import plugin
from oo.testing.determinism import CountingIds
from oo.testing.files import MemoryFiles

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
TEXTS = st.lists(st.text(max_size=30), max_size=6)


def test_the_plugin_can_be_edited_as_a_whole() -> None:
    assert isinstance(plugin, Document)
    assert plugin.path == PATH


@given(TEXTS, TEXTS)
def test_the_open_things_are_what_was_written_last(first: list[str], second: list[str]) -> None:
    ids = CountingIds()
    document = plugin.edit(None, first, NOW, ids.new)
    document = plugin.edit(document, second, NOW + timedelta(hours=1), ids.new)
    assert plugin.open_things(document) == [" ".join(text.split()) for text in second if text.split()]
    things = read(document)
    assert len({thing.id for thing in things}) == len(things)


def test_the_words_of_what_is_done_stay_for_a_month() -> None:
    document = write([Thing("a", "Call", NOW, NOW), Thing("b", "Pay", NOW)])
    for days, left in ((29, ["b", "a"]), (30, ["b"])):
        things = read(plugin.edit(document, ["Pay"], NOW + timedelta(days=days), CountingIds().new))
        assert [thing.id for thing in things] == left


def test_words_that_stay_keep_their_identity_and_their_age() -> None:
    ids = CountingIds()
    before = read(plugin.edit(None, ["Call", "Call", "Pay"], NOW, ids.new))
    after = read(plugin.edit(write(before), ["Pay", "Call", "Sew"], NOW + timedelta(days=1), ids.new))
    assert after[0] == before[2]
    assert after[1] == before[0]
    assert after[2].added == NOW + timedelta(days=1)


def test_what_is_done_stays_done_and_is_not_shown_for_editing() -> None:
    document = write([Thing("1", "Call", NOW, done=NOW), Thing("2", "Pay", NOW)])
    assert plugin.open_things(document) == ["Pay"]
    assert Thing("1", "Call", NOW, done=NOW) in read(plugin.edit(document, ["Call"], NOW, CountingIds().new))


@given(
    st.binary(max_size=80)
    | st.sampled_from([b"null", b"[]", b'{"things": 3}', b'{"things": [{"id": 1}]}', b"[" * 9999])
)
def test_a_document_that_is_not_ours_is_read_as_empty(document: bytes) -> None:
    assert plugin.open_things(document) == []
    assert plugin.open_things(plugin.edit(document, ["Call"], NOW, CountingIds().new)) == ["Call"]


@pytest.mark.anyio
async def test_a_thing_is_done_at_the_moment_of_the_source() -> None:
    files = MemoryFiles({PATH: plugin.edit(None, ["Call", "Pay"], NOW - timedelta(days=1), CountingIds().new)})
    source = Source(ConnectionId("c"), NOW, "UTC", files=files)
    batch = await plugin.pull(source, None)
    assert batch is not None
    facts = batch.items[0].facts
    await plugin.act(source, Action("complete", facts.ref, facts.version))
    assert [thing.done for thing in read(files.content[PATH])] == [NOW, None]
