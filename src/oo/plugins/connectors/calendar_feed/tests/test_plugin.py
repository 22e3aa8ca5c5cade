"""Feeds against a stand-in over real HTTP: what is unchanged costs no body, what is broken costs nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from oo.contracts.connectors import Action, Batch, Reconnect, Source, TryLater, Unsupported
from oo.contracts.errors import Refused, Unusable
from oo.contracts.ids import ConnectionId, Ref
from oo.plugins.connectors.calendar_feed.plugin import plugin
from oo.testing.feeds.server import SECRET, Feed
from oo.testing.standins.http import PlainHttp
from oo.testing.standins.serving import Standing

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
MEETING = ("DTSTART:20261123T100000Z", "DTEND:20261123T110000Z", "SUMMARY:Secret talk")


def calendar(*events: tuple[str, ...]) -> bytes:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0"]
    for number, event in enumerate(events):
        lines += ["BEGIN:VEVENT", f"UID:{number}", *event, "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


@dataclass
class Life:
    """A feed, and oO's client for it."""

    feed: Feed
    source: Source
    url: str

    async def pull(self, cursor: str | None = None) -> Batch:
        batch = await plugin.pull(self.source, cursor)
        assert batch is not None
        return batch


@pytest.fixture
async def life() -> AsyncIterator[Life]:
    feed = Feed(calendar(MEETING))
    with Standing(feed.faults) as standing:
        async with PlainHttp(f"{standing.url}{SECRET}") as http:
            yield Life(feed, Source(ConnectionId("c"), NOW, "Europe/Berlin", http=http), standing.url)


async def test_a_feed_is_blocks_and_no_word_of_what_they_are(life: Life) -> None:
    batch = await life.pull()
    assert [(one.start.hour, one.end.hour) for one in batch.busy] == [(10, 11)]
    assert batch.complete
    assert not any(word in repr(batch) for word in ("Secret", "private-"))


@pytest.mark.parametrize(
    ("etag", "modified"),
    [(True, None), (False, "Sat, 21 Nov 2026 08:00:00 GMT"), (True, "Sat, 21 Nov 2026 08:00:00 GMT")],
)
async def test_what_is_unchanged_is_not_sent_again(life: Life, etag: bool, modified: str | None) -> None:
    life.feed.etag, life.feed.modified = etag, modified
    cursor = (await life.pull()).cursor
    assert await plugin.pull(life.source, cursor) is None
    assert (life.feed.full, life.feed.unchanged) == (1, 1)


async def test_a_feed_that_says_nothing_of_itself_is_compared_without_its_stamps(life: Life) -> None:
    life.feed.etag, life.feed.stamps = False, True
    cursor = (await life.pull()).cursor
    assert await plugin.pull(life.source, cursor) is None
    assert life.feed.full == 2


async def test_a_change_is_read(life: Life) -> None:
    cursor = (await life.pull()).cursor
    life.feed.body = calendar(MEETING, ("DTSTART:20261124T100000Z", "DURATION:PT1H"))
    batch = await life.pull(cursor)
    assert len(batch.busy) == 2
    life.feed.body = calendar()
    assert (await life.pull(batch.cursor)).busy == ()


async def test_the_next_day_reads_the_same_feed_anew(life: Life) -> None:
    life.feed.body = calendar(("DTSTART:20261001T100000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY"))
    batch = await life.pull()
    later = await plugin.pull(replace(life.source, now=NOW + timedelta(days=1)), batch.cursor)
    assert later is not None
    assert max(one.end for one in later.busy) - max(one.end for one in batch.busy) == timedelta(days=1)


async def test_a_redirect_is_followed_on_the_same_server(life: Life) -> None:
    async with PlainHttp(f"{life.url}/moved.ics") as http:
        batch = await plugin.pull(replace(life.source, http=http), None)
    assert batch is not None
    assert len(batch.busy) == 1


async def test_an_endless_rule_is_listed_and_the_rest_counts(life: Life) -> None:
    life.feed.body = calendar(MEETING, ("DTSTART:20261120T100000Z", "DURATION:PT1S", "RRULE:FREQ=SECONDLY"))
    batch = await life.pull()
    assert len(batch.busy) >= 1
    assert any("recurs too often" in note.reason or "nowhere" in note.reason for note in batch.unread)


async def test_the_year_9999_is_far_away(life: Life) -> None:
    life.feed.body = calendar(MEETING, ("DTSTART:99991231T230000Z", "DURATION:P3D"))
    assert len((await life.pull()).busy) == 1


@pytest.mark.parametrize(
    ("kind", "raised"),
    [("html", Unusable), ("half", TryLater), ("huge", TryLater), ("bomb", TryLater), ("redirect", Refused)],
)
async def test_a_strange_answer_loses_nothing(life: Life, kind: str, raised: type) -> None:
    cursor = (await life.pull()).cursor
    life.feed.body += b"\r\n"
    life.feed.faults.arm(kind)  # type: ignore[arg-type]
    with pytest.raises(raised):
        await plugin.pull(life.source, cursor)
    life.feed.faults.heal()
    await life.pull()


async def test_a_slow_drip_ends(life: Life) -> None:
    life.feed.faults.arm("drip")
    async with PlainHttp(f"{life.url}{SECRET}", seconds=0.5) as impatient:
        with pytest.raises(TryLater):
            await plugin.pull(replace(life.source, http=impatient), None)


@pytest.mark.parametrize(
    ("status", "raised"),
    [(401, Reconnect), (403, Reconnect), (404, Unusable), (410, Unusable), (429, TryLater), (500, TryLater)],
)
async def test_every_status_has_its_meaning(life: Life, status: int, raised: type) -> None:
    life.feed.faults.fail(status)
    with pytest.raises(raised):
        await plugin.pull(life.source, None)


async def test_what_is_too_large_is_said_so(life: Life) -> None:
    life.feed.body = calendar(MEETING).replace(b"Secret talk", b"x" * 5_000_001)
    with pytest.raises(Unusable, match="5 MB"):
        await plugin.pull(life.source, None)


async def test_to_dos_of_a_feed_are_read_and_never_written(life: Life) -> None:
    todo = "BEGIN:VTODO\r\nUID:t\r\nSUMMARY:Call Ada\r\nEND:VTODO\r\n"
    life.feed.body = f"BEGIN:VCALENDAR\r\n{todo}END:VCALENDAR\r\n".encode()
    (item,) = (await life.pull()).items
    assert [one.title for one in await plugin.read(life.source, [item.facts.ref])] == ["Call Ada"]
    assert await plugin.read(life.source, []) == []
    with pytest.raises(Unsupported):
        await plugin.act(life.source, Action("complete", Ref("c:t"), "1"))


@pytest.mark.parametrize(
    ("line", "seconds"),
    [
        ("REFRESH-INTERVAL;VALUE=DURATION:PT1H", 3_600),
        ("X-PUBLISHED-TTL:PT10M", 600),
        ("x-published-ttl:P1DT2H", 93_600),
        ("REFRESH-INTERVAL;VALUE=DURATION:P1W", 604_800),
        ("REFRESH-INTERVAL:PT10M\r\nX-PUBLISHED-TTL:PT12H", 43_200),
        ("REFRESH-INTERVAL;VALUE=DURATION:P", None),
        ("X-PUBLISHED-TTL:-PT1H", None),
        ("X-PUBLISHED-TTL:hourly", None),
        ("X-PUBLISHED-TTL:PT99999999999999999999H", None),
        ("X-WR-CALNAME:PT1H", None),
    ],
)
async def test_what_a_feed_asks_of_how_often_it_is_read(life: Life, line: str, seconds: int | None) -> None:
    life.feed.body = life.feed.body.replace(b"VERSION:2.0", b"VERSION:2.0\r\n" + line.encode())
    asked = plugin.pause((await life.pull()).cursor)
    assert asked == (None if seconds is None else timedelta(seconds=seconds))


async def test_what_stands_in_an_entry_is_not_the_calendar_s_word(life: Life) -> None:
    life.feed.body = life.feed.body.replace(b"UID:0", b"UID:0\r\nX-PUBLISHED-TTL:PT1H")
    assert plugin.pause((await life.pull()).cursor) is None
    assert plugin.pause('["2026-11-21","","",""]') is None, "as cursors were before"
