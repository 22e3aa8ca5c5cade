"""The suite that every discovered connector of accounts and addresses passes, ours or a third party's.

A connector brings recordings of what its server says (`oo.testing.recordings`) in `tests/samples/*.json`: a first read
at `NOW`, a read with the cursor of that, and a look at its first item's words where it has items.
"""

from __future__ import annotations

import random
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from oo.contracts.connectors import Action, Answer, Batch, Changed, Connector, Reconnect, Source, TryLater, Unsupported
from oo.contracts.errors import NotFound, Problem, Refused, Unusable
from oo.contracts.ids import ConnectionId, Ref
from oo.contracts.items import facts_from_row, facts_row
from oo.contracts.manifests import ConnectorManifest
from oo.testing.connectors import NOW
from oo.testing.recordings import Recorded, Recording, recording_of

_MEANT = (TryLater, Reconnect, Unusable, Refused, Unsupported)
"""How a read may fail; all else is a fault of the connector."""
_GARBAGE = (
    b"",
    b"{",
    b"[]",
    b"null",
    b"0",
    b'"x"',
    b"{}",
    b"\xff\xfe\0",
    b"<!doctype html><h1>Back soon</h1>",
    b"[" * 5_000,
)
_STATUSES = (200, 204, 301, 400, 401, 403, 404, 409, 410, 412, 429, 500, 503, 507)


@dataclass(frozen=True, slots=True)
class Remote:
    """A connector under examination, with its recordings by name."""

    id: str
    connector: Connector
    manifest: ConnectorManifest
    recordings: Mapping[str, Recording] = field(default_factory=dict)

    def sources(self, connection: str = "connection-1") -> Iterator[tuple[Source, Recorded]]:
        """Each recording as a source."""
        for recording in self.recordings.values():
            yield self.source(recording, connection)

    def source(self, recording: Recording, connection: str = "connection-1") -> tuple[Source, Recorded]:
        """A recording as a source, and the client that it is asked with."""
        http = Recorded(recording)
        config = {"address": recording.base, "user": "ada"}
        return Source(ConnectionId(connection), NOW, "Europe/Berlin", config, http=http), http


def recordings(samples: Mapping[str, bytes]) -> dict[str, Recording]:
    """The recordings among a plugin's samples."""
    return {name: recording_of(data.decode()) for name, data in samples.items() if name.endswith(".json")}


async def a_live_connector_brings_recordings(case: Remote) -> None:
    """There is something to examine, with an open task when it can complete tasks."""
    assert case.recordings or case.manifest.stage != "live", "put a recording into tests/samples/"
    if case.manifest.actions and case.recordings:
        found = [item for source, _ in case.sources() for item in (await _pull(case, source)).items]
        assert any(item.facts.state == "open" for item in found), "no open task in the recordings"


async def without_authority_it_asks_to_reconnect(case: Remote) -> None:
    """A source that can't be asked is the person's to mend."""
    try:
        await case.connector.pull(Source(ConnectionId("c"), NOW, "UTC"), None)
    except Reconnect:
        return
    raise AssertionError("nothing to ask with, and nobody was told")


async def the_same_cursor_brings_nothing_new(case: Remote) -> None:
    """None while nothing changed, and no more questions than the first read took."""
    for source, http in case.sources():
        batch = await _pull(case, source)
        first = len(http.asked)
        assert await case.connector.pull(source, batch.cursor) is None
        assert len(http.asked) - first <= first


async def a_cursor_of_nobody_is_as_none(case: Remote) -> None:
    """A cursor of an older form, or a damaged one, reads everything."""
    for source, _ in case.sources():
        whole = await _pull(case, source)
        for cursor in ("", "x", "[]", "{}", "[1,2,3,4]", whole.cursor[: len(whole.cursor) // 2]):
            assert await case.connector.pull(source, cursor) == whole, cursor


async def equal_sources_give_equal_batches(case: Remote) -> None:
    """Nothing but the source goes into a batch."""
    for source, _ in case.sources():
        assert await _pull(case, source) == await _pull(case, source)


async def refs_are_unique_and_the_connections_own(case: Remote) -> None:
    """A ref names one item of one connection."""
    for source, _ in case.sources():
        refs = [item.facts.ref for item in (await _pull(case, source)).items]
        assert len(refs) == len(set(refs))
        assert all(ref.startswith("connection-1:") for ref in refs)


async def nothing_but_titles_holds_words(case: Remote) -> None:
    """Refs, versions, tokens, cursors and reasons go into logs: they hold no word of the person."""
    for source, _ in case.sources():
        batch = await _pull(case, source)
        said = {word.casefold() for item in batch.items for word in re.findall(r"[^\W\d_]{4,}", item.title)}
        kept = [batch.cursor, *(f"{note.file} {note.reason}" for note in batch.unread)]
        for item in batch.items:
            facts = item.facts
            kept += [facts.ref, facts.version, facts.series or "", facts.project or "", *facts.blocked_by]
        assert not said & {word for text in kept for word in re.findall(r"[^\W\d_]{4,}", text.casefold())}


async def everything_is_in_the_normal_form(case: Remote) -> None:
    """Facts survive their row, instants are in UTC, blocks have a length."""
    for source, _ in case.sources():
        batch = await _pull(case, source)
        for item in batch.items:
            facts = item.facts
            assert facts_from_row(facts_row(facts)) == facts
            assert item.title.strip() and facts.version and 0 <= facts.priority <= 3
            for when in (facts.added, facts.due, facts.start, facts.finished):
                assert not (isinstance(when, datetime) and when.tzinfo is not None) or when.tzinfo is UTC
        for block in batch.busy:
            assert block.start < block.end
            assert block.start.tzinfo is UTC and block.end.tzinfo is UTC


async def reading_gives_what_was_asked_for(case: Remote) -> None:
    """The first item as the pull gave it, and nothing for what isn't there."""
    for source, _ in case.sources():
        assert await case.connector.read(source, []) == []
        items = (await _pull(case, source)).items
        if items:
            assert await case.connector.read(source, [items[0].facts.ref]) == [items[0]]


async def whatever_the_server_says_is_read_or_refused(case: Remote) -> None:
    """Garbage, every status, and real answers cut and changed: a sentence for the person, never a fault."""
    for source, http in case.sources():
        batch = await _pull(case, source)
        for status in _STATUSES:
            for body in _GARBAGE:
                http.spoiled = Answer(status, {"content-type": "text/html"}, body, http.base)
                for cursor in (None, batch.cursor):
                    await _survives(case.connector.pull(source, cursor))
        http.spoiled = None
    for name, recording in case.recordings.items():
        for spoiled in _spoiled(recording):
            source, _ = case.source(spoiled)
            try:
                await _survives(case.connector.pull(source, None))
            except AssertionError as error:  # a changed answer may lead to a question that nobody recorded
                if "not recorded" not in str(error):
                    raise AssertionError(f"{name}: {error}") from error


async def what_is_not_there_cannot_be_done(case: Remote) -> None:
    """An unknown ref, or a connector that only reads: refused."""
    for source, _ in case.sources():
        try:
            await case.connector.act(source, Action("complete", Ref("connection-1:nowhere"), "0"))
        except (Changed, Unsupported, NotFound, TryLater):
            continue
        except AssertionError as error:
            if "not recorded" in str(error):
                continue
            raise
        raise AssertionError("what isn't there was done")


async def a_hook_takes_nothing_from_strangers(case: Remote) -> None:
    """An empty notice, and one of nonsense, are refused or say nothing."""
    webhook = getattr(case.connector, "webhook", None)
    for headers, body in (({}, b""), ({"x-anything": "1"}, b"{"), ({"content-type": "application/json"}, b"[]")):
        if webhook is not None:
            try:
                assert not webhook(headers, body, "secret")
            except Problem:
                continue


CHECKS: tuple[Callable[[Remote], Awaitable[None]], ...] = (
    a_live_connector_brings_recordings,
    without_authority_it_asks_to_reconnect,
    the_same_cursor_brings_nothing_new,
    a_cursor_of_nobody_is_as_none,
    equal_sources_give_equal_batches,
    refs_are_unique_and_the_connections_own,
    nothing_but_titles_holds_words,
    everything_is_in_the_normal_form,
    reading_gives_what_was_asked_for,
    whatever_the_server_says_is_read_or_refused,
    what_is_not_there_cannot_be_done,
    a_hook_takes_nothing_from_strangers,
)
"""The suite; each check is given a case and fails by an assertion."""


async def _pull(case: Remote, source: Source) -> Batch:
    batch = await case.connector.pull(source, None)
    assert batch is not None, "without a cursor everything is new"
    return batch


async def _survives(reading: Awaitable[Any]) -> None:
    said = "."
    try:
        await reading
    except _MEANT as meant:
        said = meant.detail
    assert said.endswith("."), "the person reads one sentence"


def _spoiled(recording: Recording) -> Iterator[Recording]:
    """The recording with answers cut off, changed in places, and emptied of a field; the same for every run."""
    chance = random.Random(26)  # noqa: S311 - damage, not secrets
    for at, one in enumerate(recording.exchanges):
        for _ in range(8):
            body = bytearray(
                one.body.encode()[: chance.randrange(len(one.body) + 1)] if chance.random() < 0.3 else one.body.encode()
            )
            for _ in range(min(4, len(body))):
                body[chance.randrange(len(body))] = chance.randrange(32, 127)
            changed = replace(one, body=body.decode(errors="replace"))
            yield replace(recording, exchanges=(*recording.exchanges[:at], changed, *recording.exchanges[at + 1 :]))
        for value in ("null", '"x"', "-1", "[]", "{}", '"9999-12-31T23:59:59Z"'):
            body_ = re.sub(r'(":\s*)("[^"]*"|\d+|true|false|null)', rf"\g<1>{value}", one.body, count=0)
            changed = replace(one, body=body_)
            yield replace(recording, exchanges=(*recording.exchanges[:at], changed, *recording.exchanges[at + 1 :]))
