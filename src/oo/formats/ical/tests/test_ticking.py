"""A to-do is ticked off in its text: a few lines change, a recurring one moves on, everything else stays."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from oo.contracts.connectors import Action, Changed, Source, Unsupported
from oo.contracts.ids import ConnectionId
from oo.contracts.items import Item
from oo.formats.ical.reader import batch_of
from oo.formats.ical.tests.calendars import NOW, calendar, todo
from oo.formats.ical.ticking import ticked

PLACE = "/ada/tasks/1.ics"
DAY = "DTSTART;VALUE=DATE:20261116", "DUE;VALUE=DATE:20261116"


def source(now: datetime = NOW, zone: str = "Europe/Berlin") -> Source:
    return Source(ConnectionId("c"), now, zone)


def items(data: bytes, now: datetime = NOW, zone: str = "Europe/Berlin") -> list[Item]:
    return list(batch_of(source(now, zone), {PLACE: data}, resources=True).items)


def tick(data: bytes, now: datetime = NOW, zone: str = "Europe/Berlin") -> bytes:
    """What is open in it, ticked off."""
    (item,) = [one for one in items(data, now, zone) if one.facts.state == "open"]
    return ticked(source(now, zone), PLACE, data, Action("complete", item.facts.ref, item.facts.version))


def test_a_task_is_done_and_what_is_not_ours_stays_to_the_byte() -> None:
    before = calendar(
        "X-WR-CALNAME:Mine",
        todo(
            'X-OWN;A="b:c":kept',
            "STATUS:NEEDS-ACTION",
            "DESCRIPTION:a long\n  folded line",
            "SEQUENCE:4",
            "BEGIN:VALARM",
            "STATUS:OF-THE-ALARM",
            "TRIGGER:-PT5M",
            "END:VALARM",
        ),
    )
    after = tick(before)
    (item,) = items(after)
    assert (item.facts.state, item.facts.finished) == ("done", NOW)
    gone = set(before.decode().splitlines()) - set(after.decode().splitlines())
    new = set(after.decode().splitlines()) - set(before.decode().splitlines())
    assert gone == {"STATUS:NEEDS-ACTION", "SEQUENCE:4"}
    assert new == {
        "STATUS:COMPLETED",
        "COMPLETED:20261121T090000Z",
        "PERCENT-COMPLETE:100",
        "LAST-MODIFIED:20261121T090000Z",
        "DTSTAMP:20261121T090000Z",
        "SEQUENCE:5",
    }
    assert b"\r\n" in after
    assert after.replace(b"\r\n", b"").count(b"\n") == 0


@pytest.mark.parametrize(
    ("lines", "due"),
    [
        ((*DAY, "RRULE:FREQ=DAILY"), date(2026, 11, 22)),
        ((*DAY, "RRULE:FREQ=WEEKLY"), date(2026, 11, 23)),
        (("DTSTART;VALUE=DATE:20261123", "DUE;VALUE=DATE:20261123", "RRULE:FREQ=WEEKLY"), date(2026, 11, 30)),
        (("DUE;VALUE=DATE:20261101", "RRULE:FREQ=MONTHLY"), date(2026, 12, 1)),
        (("DTSTART;VALUE=DATE:20240229", "DUE;VALUE=DATE:20240229", "RRULE:FREQ=YEARLY"), date(2028, 2, 29)),
        (("DUE:20261120T170000Z", "RRULE:FREQ=WEEKLY"), datetime(2026, 11, 27, 17, tzinfo=UTC)),
        (("DTSTART:20261120T170000", "DUE:20261120T180000", "RRULE:FREQ=WEEKLY"), datetime(2026, 11, 27, 18)),
        (
            (
                "DTSTART;TZID=Europe/Berlin:20261018T090000",
                "DUE;TZID=Europe/Berlin:20261018T100000",
                "RRULE:FREQ=WEEKLY",
            ),
            datetime(2026, 11, 22, 9, tzinfo=UTC),
        ),
        ((*DAY, "RRULE:FREQ=DAILY", "EXDATE;VALUE=DATE:20261122,20261123"), date(2026, 11, 24)),
    ],
)
def test_a_recurring_task_moves_on_past_today_and_is_open(lines: tuple[str, ...], due: object) -> None:
    before = calendar(todo(*lines))
    after = tick(before)
    (item,) = items(after)
    assert (item.facts.state, item.facts.due) == ("open", due)
    assert item.facts.ref != items(before)[0].facts.ref, "the occurrence that was open is gone"
    assert item.facts.ref.partition("-")[0] == items(before)[0].facts.ref.partition("-")[0]
    kinds = [line.partition(":")[0] for line in before.decode().splitlines() if line.startswith(("DTSTART", "DUE"))]
    assert all(f"\r\n{kind}:" in after.decode() for kind in kinds), "a day stays a day, a zone stays that zone"


def test_a_count_counts_down_and_after_the_last_one_the_series_is_done() -> None:
    data = calendar(todo(*DAY, "RRULE:FREQ=WEEKLY;COUNT=3"))
    data = tick(data)
    assert b"RRULE:FREQ=WEEKLY;COUNT=2" in data
    assert b"DTSTART;VALUE=DATE:20261123" in data
    data = tick(data)
    assert b"RRULE:FREQ=WEEKLY;COUNT=1" in data
    data = tick(data)
    assert [one.facts.state for one in items(data)] == ["done"]


def test_a_series_until_a_day_ends_there() -> None:
    data = tick(calendar(todo(*DAY, "RRULE:FREQ=WEEKLY;UNTIL=20261124")))
    assert items(data)[0].facts.due == date(2026, 11, 23)
    assert items(tick(data))[0].facts.state == "done"


def test_an_occurrence_that_stands_for_itself_is_ticked_off_alone() -> None:
    moved = todo("RECURRENCE-ID;VALUE=DATE:20261116", "DTSTART;VALUE=DATE:20261117", "DUE;VALUE=DATE:20261117")
    after = tick(calendar(todo(*DAY, "RRULE:FREQ=WEEKLY"), moved))
    done, following = items(after)
    assert (done.facts.state, following.facts.state) == ("done", "open")
    assert following.facts.due == date(2026, 11, 23)


def test_the_persons_day_decides_what_is_over() -> None:
    late = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)  # the 22nd in Berlin
    assert items(tick(calendar(todo(*DAY, "RRULE:FREQ=DAILY")), now=late), now=late)[0].facts.due == date(2026, 11, 23)


def test_what_changed_meanwhile_or_is_done_is_left_alone() -> None:
    data = calendar(todo("DUE;VALUE=DATE:20261123"))
    (item,) = items(data)
    action = Action("complete", item.facts.ref, item.facts.version)
    for other in (data.replace(b"20261123", b"20261124"), tick(data), calendar(), b"", b"<html>"):
        with pytest.raises(Changed):
            ticked(source(), PLACE, other, action)


@pytest.mark.parametrize("rule", ["RRULE:FREQ=SECONDLY", "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"])
def test_a_rule_that_leads_nowhere_is_never_written(rule: str) -> None:
    data = calendar(todo(*DAY, rule))
    found = items(data)
    for item in found:
        with pytest.raises((Unsupported, Changed)):
            ticked(source(), PLACE, data, Action("complete", item.facts.ref, item.facts.version))


def test_two_rules_are_left_to_their_own_app() -> None:
    data = calendar(todo(*DAY, "RRULE:FREQ=WEEKLY", "RDATE;VALUE=DATE:20261118"))
    with pytest.raises(Unsupported):
        tick(data)
