"""Google Calendar against a stand-in over real HTTP: full and incremental reads, tokens too old, errors, watches."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import pytest

from oo.contracts.abilities import Hook
from oo.contracts.connectors import Action, Batch, Reconnect, Source, TryLater, Unsupported
from oo.contracts.errors import Refused
from oo.contracts.ids import ConnectionId, Ref
from oo.plugins.connectors.google_calendar.plugin import plugin
from oo.testing.google.calendars import Calendar
from oo.testing.google.server import Google, problem_body
from oo.testing.standins.http import PlainHttp
from oo.testing.standins.serving import Standing

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@dataclass
class Life:
    """An account at the stand-in, and oO's client for it."""

    google: Google
    source: Source

    @property
    def mine(self) -> Calendar:
        return self.google.calendar()

    async def pull(self, cursor: str | None = None) -> Batch:
        batch = await plugin.pull(self.source, cursor)
        assert batch is not None
        return batch

    async def blocks(self) -> list[str]:
        return [f"{one.start:%dT%H:%M}-{one.end:%H:%M}{'*' * one.all_day}" for one in (await self.pull()).busy]


@pytest.fixture
async def life() -> AsyncIterator[Life]:
    google = Google(clock=lambda: NOW)
    google.calendar()
    token, _ = google.access.grant()
    with Standing(google.faults) as standing:
        async with PlainHttp(f"{standing.url}/calendar/v3/", token=token) as http:
            yield Life(google, Source(ConnectionId("c"), NOW, "Europe/Berlin", http=http))


async def test_what_takes_time_is_a_block_and_no_word_of_it_comes_along(life: Life) -> None:
    life.mine.put("talk", NOW + HOUR, NOW + 2 * HOUR)
    life.mine.put("trip", date(2026, 11, 23), date(2026, 11, 25))
    life.mine.put("free", NOW + HOUR, NOW + 3 * HOUR, transparency="transparent")
    life.mine.put("no", NOW, NOW + HOUR, attendees=[{"self": True, "responseStatus": "declined", "email": "a@b.c"}])
    life.mine.put("home", date(2026, 11, 21), date(2026, 11, 22), eventType="workingLocation")
    batch = await life.pull()
    assert await life.blocks() == ["21T10:00-11:00", "22T23:00-23:00*"]
    assert not any(word in repr(batch) for word in ("Secret", "Bunker", "hidden", "a@b.c", "ada@"))


async def test_a_series_is_its_occurrences_moved_and_cancelled_ones_too(life: Life) -> None:
    start = datetime(2026, 10, 19, 8, tzinfo=UTC)  # 10:00 in Berlin, before the change of clocks
    life.mine.put("weekly", start, start + HOUR, recurrence=["RRULE:FREQ=WEEKLY;COUNT=9"])
    life.mine.put(
        "weekly_moved",
        datetime(2026, 11, 30, 14, tzinfo=UTC),
        datetime(2026, 11, 30, 15, tzinfo=UTC),
        recurringEventId="weekly",
        originalStartTime={"dateTime": "2026-11-30T10:00:00+01:00", "timeZone": "Europe/Berlin"},
    )
    life.mine.put(
        "weekly_off",
        datetime(2026, 12, 7, 9, tzinfo=UTC),
        datetime(2026, 12, 7, 10, tzinfo=UTC),
        recurringEventId="weekly",
        originalStartTime={"dateTime": "2026-12-07T10:00:00+01:00", "timeZone": "Europe/Berlin"},
        status="cancelled",
    )
    assert await life.blocks() == ["23T09:00-10:00", "30T14:00-15:00", "14T09:00-10:00"]


async def test_nothing_new_costs_a_question_a_calendar_and_says_so(life: Life) -> None:
    life.mine.put("talk", NOW + HOUR, NOW + 2 * HOUR)
    cursor = (await life.pull()).cursor
    life.google.faults.asked.clear()
    assert await plugin.pull(life.source, cursor) is None
    assert life.google.faults.count() == 2
    assert "ada@" not in cursor


async def test_a_change_brings_all_that_is_there_now(life: Life) -> None:
    life.mine.put("talk", NOW + HOUR, NOW + 2 * HOUR)
    life.mine.put("lunch", NOW + 3 * HOUR, NOW + 4 * HOUR)
    cursor = (await life.pull()).cursor
    life.mine.remove("talk")
    batch = await life.pull(cursor)
    assert [one.start for one in batch.busy] == [NOW + 3 * HOUR]
    assert batch.complete
    assert await plugin.pull(life.source, batch.cursor) is None


async def test_the_window_moves_on_with_the_day_and_with_the_person(life: Life) -> None:
    life.mine.put("later", NOW + timedelta(days=35, hours=2), NOW + timedelta(days=35, hours=3))
    batch = await life.pull()
    assert batch.busy == ()
    tomorrow = await plugin.pull(replace(life.source, now=NOW + timedelta(days=1)), batch.cursor)
    assert tomorrow is not None
    assert len(tomorrow.busy) == 1
    assert await plugin.pull(replace(life.source, zone="Asia/Tokyo"), batch.cursor) is not None


async def test_a_token_that_is_too_old_means_everything_anew(life: Life) -> None:
    life.mine.put("talk", NOW + HOUR, NOW + 2 * HOUR)
    cursor = (await life.pull()).cursor
    life.mine.forget_tokens()
    batch = await life.pull(cursor)
    assert len(batch.busy) == 1
    assert await plugin.pull(life.source, batch.cursor) is None


async def test_every_page_is_read(life: Life) -> None:
    life.google.page = 7
    for number in range(40):
        life.mine.put(f"e{number}", NOW + number * HOUR, NOW + number * HOUR + HOUR / 2)
    batch = await life.pull()
    assert len(batch.busy) == 40
    assert await plugin.pull(life.source, batch.cursor) is None


async def test_only_calendars_of_ones_own_that_are_shown_count(life: Life) -> None:
    for name, how in (
        ("work", {}),
        ("ada-in-rome", {"role": "reader"}),
        ("old", {"selected": False}),
        ("hidden", {"hidden": True}),
    ):
        life.google.calendar(name, **how).put(name, NOW + HOUR, NOW + 2 * HOUR)
    life.google.calendar("work").put("more", NOW + 5 * HOUR, NOW + 6 * HOUR)
    assert await life.blocks() == ["21T10:00-11:00", "21T14:00-15:00"]


async def test_whoever_allowed_events_only_has_the_first_calendar(life: Life) -> None:
    refused = problem_body(403, "insufficientPermissions", "Request had insufficient authentication scopes.")
    life.mine.put("talk", NOW + HOUR, NOW + 2 * HOUR)
    life.google.faults.fail(403, path="calendarList", body=refused)
    assert await life.blocks() == ["21T10:00-11:00"]


async def test_an_account_has_a_name_that_stays(life: Life) -> None:
    assert await plugin.whose(life.source) == "ada@example.com"


async def test_what_cannot_be_read_is_listed_and_the_rest_counts(life: Life) -> None:
    life.mine.put("talk", NOW + HOUR, NOW + 2 * HOUR)
    life.mine.put("far", NOW + HOUR, NOW + 3 * HOUR)["end"] = {"dateTime": "9999-12-31T23:59:59-14:00"}
    life.mine.put("endless", NOW + 7 * HOUR, NOW + 8 * HOUR)["end"] = {"dateTime": "9999-12-31T23:59:59Z"}
    life.mine.put("odd", NOW + 4 * HOUR, NOW + 5 * HOUR, eventType="nap", status="perhaps", transparency="glass")
    batch = await life.pull()
    assert [one.start.hour for one in batch.busy] == [10, 13, 16]
    assert [(note.line, note.reason) for note in batch.unread] == [(2, "An event with times that can't be read.")]


@pytest.mark.parametrize("kind", ["html", "half", "huge", "bomb", "redirect"])
async def test_a_strange_answer_is_tried_again_later_and_nothing_is_lost(life: Life, kind: str) -> None:
    life.mine.put("talk", NOW + HOUR, NOW + 2 * HOUR)
    cursor = (await life.pull()).cursor
    life.google.faults.arm(kind)  # type: ignore[arg-type]
    with pytest.raises((TryLater, Refused)):
        await plugin.pull(life.source, cursor)
    life.google.faults.heal()
    assert await plugin.pull(life.source, cursor) is None


async def test_a_slow_drip_ends(life: Life) -> None:
    life.google.faults.arm("drip")
    assert life.source.http is not None
    async with PlainHttp(life.source.http.base, seconds=0.5) as impatient:
        with pytest.raises(TryLater):
            await plugin.pull(replace(life.source, http=impatient), None)


@pytest.mark.parametrize(
    ("status", "reason", "raised"),
    [
        (401, "authError", Reconnect),
        (403, "insufficientPermissions", Reconnect),
        (403, "rateLimitExceeded", TryLater),
        (403, "userRateLimitExceeded", TryLater),
        (403, "accessNotConfigured", TryLater),
        (429, "rateLimitExceeded", TryLater),
        (500, "backendError", TryLater),
        (503, "backendError", TryLater),
        (400, "badRequest", TryLater),
        (404, "notFound", TryLater),
        (410, "deleted", TryLater),
    ],
)
async def test_every_error_of_google_has_its_meaning(life: Life, status: int, reason: str, raised: type) -> None:
    life.google.faults.fail(status, body=problem_body(status, reason, "No."))
    with pytest.raises(raised):
        await plugin.pull(life.source, None)


async def test_a_watch_is_asked_for_and_its_notices_name_it(life: Life) -> None:
    life.google.calendar("work")
    hook = Hook("https://oo.example/hooks/google_calendar", "abc.def-1", "secret-token")
    until = await plugin.watch(life.source, hook)
    assert until == NOW + timedelta(days=7)
    assert [one.calendar for one in life.google.channels.values()] == ["ada@example.com", "work"]
    (first, second) = life.google.channels
    headers = {"x-goog-channel-id": second, "x-goog-channel-token": "secret-token", "x-goog-resource-state": "exists"}
    (hint,) = plugin.webhook(headers, b"", "")
    assert (hint.watch, hint.token) == ("abc.def-1", "secret-token")
    assert plugin.webhook({**headers, "x-goog-channel-id": first, "x-goog-resource-state": "sync"}, b"", "") == ()
    with pytest.raises(Refused):
        plugin.webhook({}, b"", "")


async def test_a_calendar_is_only_read(life: Life) -> None:
    assert await plugin.read(life.source, [Ref("c:x")]) == []
    with pytest.raises(Unsupported):
        await plugin.act(life.source, Action("complete", Ref("c:x"), "1"))
