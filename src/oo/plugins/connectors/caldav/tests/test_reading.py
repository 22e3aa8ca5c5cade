"""CalDAV against Radicale: found from any address, read whole once, and by sync-collection from then on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from oo.contracts.connectors import Reconnect, TryLater
from oo.contracts.errors import Refused, Unusable
from oo.plugins.connectors.caldav.plugin import plugin
from oo.plugins.connectors.caldav.tests.living import Life, living, meeting, task

pytestmark = pytest.mark.anyio


@pytest.fixture
async def life(tmp_path: Path) -> AsyncIterator[Life]:
    async with living(tmp_path) as life:
        life.dav.put("/ada/tasks/1.ics", *task("1", "Call Ada", "DUE;VALUE=DATE:20261122", "PRIORITY:1"))
        life.dav.put("/ada/home/2.ics", *task("2", "Water the plants"))
        life.dav.put("/ada/work/3.ics", *meeting("3", "20261123T100000Z"))
        yield life


async def test_tasks_are_items_and_events_are_blocks_without_a_word(life: Life) -> None:
    batch = await life.pull()
    assert sorted(item.title for item in batch.items) == ["Call Ada", "Water the plants"]
    assert [(one.start.hour, one.end.hour) for one in batch.busy] == [(10, 11)]
    assert batch.complete
    assert not any(word in repr(batch) for word in ("Secret", "/ada", "tasks"))
    assert not any(word in batch.cursor for word in ("Ada", "ada/", "home"))


@pytest.mark.parametrize("path", ["", "ada/", "ada/tasks/", ".well-known/caldav"])
async def test_it_is_found_from_every_address(life: Life, tmp_path: Path, path: str) -> None:
    async with living(tmp_path / "other", path) as other:
        other.dav.put("/ada/tasks/1.ics", *task("1", "Call Ada"))
        assert [item.title for item in (await other.pull()).items] == ["Call Ada"]


async def test_nothing_new_costs_three_questions(life: Life) -> None:
    await life.pull()
    life.dav.faults.asked.clear()
    assert await life.quiet()
    assert life.dav.faults.count() <= 3


async def test_a_change_brings_itself_alone(life: Life) -> None:
    await life.pull()
    life.dav.put("/ada/tasks/4.ics", *task("4", "Send the form"))
    life.dav.faults.asked.clear()
    batch = await life.pull()
    assert [item.title for item in batch.items] == ["Send the form"]
    assert (batch.complete, batch.times, batch.gone, batch.busy) == (False, False, (), ())
    assert life.dav.faults.count("REPORT /ada/tasks/") == 2, "one for what changed, one for its content"
    assert life.dav.faults.count("/ada/home/") == 0
    assert await life.quiet()


async def test_what_is_gone_is_named(life: Life) -> None:
    item = await life.item("Call Ada")
    await life.pull()
    life.dav.remove("/ada/tasks/1.ics")
    batch = await life.pull()
    assert batch.gone == (item.facts.ref,)
    assert await life.quiet()


async def test_a_list_that_is_gone_takes_its_tasks_along(life: Life) -> None:
    item = await life.item("Water the plants")
    await life.pull()
    life.dav.remove("/ada/home/")
    batch = await life.pull()
    assert batch.gone == (item.facts.ref,)


async def test_a_moved_meeting_is_another_block_and_the_old_one_is_gone(life: Life) -> None:
    await life.pull()
    life.dav.put("/ada/work/3.ics", *meeting("3", "20261124T120000Z"))
    batch = await life.pull()
    assert [(one.start.day, one.start.hour) for one in batch.busy] == [(24, 12)]
    assert (batch.times, batch.complete, batch.items, batch.gone) == (True, False, (), ())


async def test_the_next_day_reads_the_time_around_it(life: Life) -> None:
    life.dav.put("/ada/work/3.ics", *meeting("3", "20261123T100000Z", "RRULE:FREQ=DAILY"))
    first = await life.pull()
    life.later(timedelta(days=1))
    second = await life.pull()
    assert second.items == ()
    assert max(one.end for one in second.busy) - max(one.end for one in first.busy) == timedelta(days=1)


async def test_a_server_that_forgot_its_tokens_is_read_whole(life: Life) -> None:
    await life.pull()
    life.dav.quirks.forgets = True
    life.dav.put("/ada/tasks/4.ics", *task("4", "Send the form"))
    life.dav.remove("/ada/tasks/1.ics")
    batch = await life.pull()
    assert [item.title for item in batch.items] == ["Send the form"]
    assert len(batch.gone) == 1


async def test_a_server_without_sync_is_watched_by_its_ctag(life: Life) -> None:
    life.dav.quirks.syncs = False
    await life.pull()
    assert await life.quiet()
    life.dav.put("/ada/tasks/4.ics", *task("4", "Send the form"))
    assert "Send the form" in [item.title for item in (await life.pull()).items]


async def test_more_is_asked_for_until_there_is_no_more(life: Life) -> None:
    await life.pull()
    life.dav.quirks.cuts = 2
    life.dav.put("/ada/tasks/4.ics", *task("4", "Send the form"))
    assert [item.title for item in (await life.pull()).items] == ["Send the form"]


async def test_words_are_read_on_demand_by_name(life: Life) -> None:
    items = list((await life.pull()).items)
    life.dav.faults.asked.clear()
    found = await plugin.read(life.source, [items[0].facts.ref])
    assert found == [items[0]]
    assert life.dav.faults.count("REPORT") == 1
    assert await plugin.read(life.source, []) == []


async def test_many_tasks_come_in_few_questions(life: Life) -> None:
    await life.pull()
    for number in range(120):
        life.dav.put(f"/ada/tasks/n{number}.ics", *task(f"n{number}", f"Thing {number}"))
    life.dav.faults.asked.clear()
    assert len((await life.pull()).items) == 120
    assert life.dav.faults.count("REPORT") == 1 + 3


async def test_a_calendar_that_somebody_else_shares_is_not_ones_own_time(life: Life) -> None:
    """Radicale gives everybody their own; here only that an account has a name that stays."""
    assert (await plugin.whose(life.source)).endswith("/ada/")


@pytest.mark.parametrize("kind", ["html", "half", "huge", "bomb", "redirect"])
async def test_a_strange_answer_loses_nothing(life: Life, kind: str) -> None:
    await life.pull()
    life.dav.faults.arm(kind, path="/ada/")  # type: ignore[arg-type]
    with pytest.raises((TryLater, Refused, Unusable)):
        await plugin.pull(life.source, life.cursor)
    life.dav.faults.heal()
    assert await life.quiet()


@pytest.mark.parametrize(
    ("status", "raised"), [(401, Reconnect), (403, Reconnect), (429, TryLater), (500, TryLater), (507, TryLater)]
)
async def test_every_status_has_its_meaning(life: Life, status: int, raised: type) -> None:
    life.dav.faults.fail(status)
    with pytest.raises(raised):
        await plugin.pull(life.source, None)


async def test_a_wrong_password_is_tried_once(tmp_path: Path) -> None:
    async with living(tmp_path, password="wrong") as life:
        life.dav.faults.asked.clear()
        with pytest.raises(Reconnect):
            await plugin.pull(life.source, None)
        assert life.dav.faults.count() == 1


async def test_a_definition_in_xml_is_refused(life: Life) -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><multistatus xmlns="DAV:">&a;</multistatus>'
    life.dav.faults.fail(207, body=bomb)
    with pytest.raises(TryLater):
        await plugin.pull(life.source, None)


async def test_a_password_goes_to_no_other_server(life: Life) -> None:
    where = b'<principal xmlns="DAV:"><href>http://evil.example/ada/</href></principal>'
    body = b'<?xml version="1.0"?><multistatus xmlns="DAV:"><response><href>/</href><propstat><prop>%s</prop>'
    body += b"<status>HTTP/1.1 200 OK</status></propstat></response></multistatus>"
    where = where.replace(b"principal", b"current-user-principal")
    life.dav.faults.fail(207, body=body % where)
    with pytest.raises(Unusable, match=r"evil\.example"):
        await plugin.pull(life.source, None)


async def test_damage_in_one_resource_leaves_the_others(life: Life) -> None:
    life.dav.put("/ada/work/5.ics", *meeting("5", "20261125T100000Z", "RRULE:FREQ=SECONDLY"))
    life.dav.put("/ada/work/6.ics", *meeting("6", "99991230T100000Z"))
    life.dav.put("/ada/tasks/7.ics", *task("7", "Odd", "STATUS:IN-BETWEEN", "DUE:99991231T235959Z"))
    batch = await life.pull()
    assert {item.title for item in batch.items} == {"Call Ada", "Water the plants", "Odd"}
    assert len(batch.busy) == 2
    assert {note.file for note in batch.unread} == {"CalDAV"}
