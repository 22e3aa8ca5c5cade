"""Ticking off at Radicale: once, verified, a recurring task moves on, and nobody else's change is lost."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from oo.contracts.connectors import Changed, TryLater, Unsupported
from oo.contracts.errors import Refused
from oo.plugins.connectors.caldav.plugin import plugin
from oo.plugins.connectors.caldav.tests.living import NOW, Life, living, task

pytestmark = pytest.mark.anyio
PATH = "/ada/tasks/1.ics"
WEEKLY = ("DTSTART;VALUE=DATE:20261116", "DUE;VALUE=DATE:20261116", "RRULE:FREQ=WEEKLY")


@pytest.fixture
async def life(tmp_path: Path) -> AsyncIterator[Life]:
    async with living(tmp_path) as life:
        life.dav.put(PATH, *task("1", "Call Ada", "DUE;VALUE=DATE:20261122", "X-OWN:kept"))
        life.dav.put("/ada/home/2.ics", *task("2", "Water the plants", *WEEKLY))
        yield life


async def test_a_task_is_done_at_the_server_and_the_rest_of_it_stays(life: Life) -> None:
    item = await life.item("Call Ada")
    await life.pull()
    await life.tick(item)
    text = life.dav.get(PATH)
    assert "STATUS:COMPLETED" in text
    assert "X-OWN:kept" in text
    (after,) = (await life.pull()).items
    assert (after.facts.ref, after.facts.state, after.facts.finished) == (item.facts.ref, "done", NOW)


async def test_a_recurring_task_moves_on_and_is_never_finished_for_good(life: Life) -> None:
    item = await life.item("Water the plants")
    await life.pull()
    await life.tick(item)
    batch = await life.pull()
    (after,) = batch.items
    assert (after.facts.state, after.facts.due, after.facts.series) == ("open", date(2026, 11, 23), item.facts.series)
    assert batch.gone == (item.facts.ref,), "what was finished from here is gone here, and counts as completed"


async def test_done_is_three_questions_however_much_there_is(life: Life) -> None:
    (item,) = [one for one in (await life.pull()).items if one.title == "Call Ada"]
    life.dav.faults.asked.clear()
    await life.tick(item)
    assert life.dav.faults.asked == [f"GET {PATH}", f"PUT {PATH}", f"GET {PATH}"]


async def test_a_process_that_began_anew_looks_for_a_task_once(life: Life) -> None:
    items = {one.title: one for one in (await life.pull()).items}
    life.source = replace(life.source, remembered={})
    life.dav.faults.asked.clear()
    await life.tick(items["Call Ada"])
    looked = life.dav.faults.count("PROPFIND")
    assert looked > 0
    await life.tick(items["Water the plants"])
    assert life.dav.faults.count("PROPFIND") == looked
    found = await plugin.read(life.source, [one.facts.ref for one in items.values()])
    assert len(found) == 1, "the other one is another occurrence now"
    assert life.dav.faults.count("REPORT") == 2, "one for each list"


async def test_what_is_noted_and_gone_is_no_reason_to_sign_in_again(life: Life) -> None:
    (item,) = [one for one in (await life.pull()).items if one.title == "Call Ada"]
    life.dav.faults.fail(403, path="/ada/tasks/")  # that list is shared no more
    assert await plugin.read(life.source, [item.facts.ref]) == []
    with pytest.raises(Changed):
        await life.tick(item)
    life.dav.faults.heal()
    life.dav.remove(PATH)
    assert await plugin.read(life.source, [item.facts.ref]) == []
    with pytest.raises(Changed):
        await life.tick(item)


async def test_done_again_changes_nothing(life: Life) -> None:
    for title in ("Call Ada", "Water the plants"):
        item = await life.item(title)
        await life.tick(item)
        before = (life.dav.get(PATH), life.dav.get("/ada/home/2.ics"))
        with pytest.raises(Changed):
            await life.tick(item)
        await life.tick(item, since=NOW)  # as after an answer that got lost
        assert (life.dav.get(PATH), life.dav.get("/ada/home/2.ics")) == before


async def test_an_answer_that_got_lost_before_anything_was_written_is_done_then(life: Life) -> None:
    item = await life.item("Water the plants")
    await life.tick(item, since=NOW - timedelta(minutes=1))
    assert "DUE;VALUE=DATE:20261123" in life.dav.get("/ada/home/2.ics")


async def test_what_somebody_moved_meanwhile_is_not_taken_for_done(life: Life) -> None:
    item = await life.item("Water the plants")
    life.dav.put("/ada/home/2.ics", *task("2", "Water the plants", *[one.replace("1116", "1123") for one in WEEKLY]))
    with pytest.raises(Changed):
        await life.tick(item, since=NOW)


async def test_what_changed_or_is_gone_meanwhile_is_left_alone(life: Life) -> None:
    item = await life.item("Call Ada")
    life.dav.put(PATH, *task("1", "Call Ada tomorrow"))
    with pytest.raises(Changed):
        await life.tick(item)
    assert "COMPLETED" not in life.dav.get(PATH)
    life.dav.remove(PATH)
    with pytest.raises(Changed):
        await life.tick(item)
    with pytest.raises(Changed):
        await life.tick(replace(item, facts=replace(item.facts, ref=life.source.ref("nowhere"))))


async def test_who_writes_at_the_same_moment_is_looked_at_first(life: Life) -> None:
    item = await life.item("Call Ada")
    life.dav.quirks.races = 1
    await life.tick(item)
    assert "STATUS:COMPLETED" in life.dav.get(PATH)
    plants = await life.item("Water the plants")
    life.dav.quirks.races = 2
    with pytest.raises(Changed):
        await life.tick(plants)


async def test_what_somebody_writes_between_reading_and_writing_is_not_lost(life: Life) -> None:
    item = await life.item("Call Ada")
    life.dav.quirks.meanwhile = task("1", "Call Ada on Monday")
    with pytest.raises(Changed):
        await life.tick(item)
    assert "Call Ada on Monday" in life.dav.get(PATH)
    assert "COMPLETED" not in life.dav.get(PATH)


async def test_a_server_without_etags_is_written_all_the_same(life: Life) -> None:
    life.dav.quirks.etags = False
    await life.tick(await life.item("Call Ada"))
    assert "STATUS:COMPLETED" in life.dav.get(PATH)


async def test_a_list_that_can_only_be_read_says_so(life: Life) -> None:
    life.dav.quirks.read_only = True
    with pytest.raises(Unsupported, match="only be read"):
        await life.tick(await life.item("Call Ada"))


async def test_what_the_server_did_not_keep_is_tried_again(life: Life) -> None:
    item = await life.item("Call Ada")
    life.dav.quirks.loses = True
    with pytest.raises(TryLater):
        await life.tick(item)


async def test_what_was_done_in_another_app_is_done_here(life: Life) -> None:
    item = await life.item("Call Ada")
    await life.pull()
    life.dav.put(PATH, *task("1", "Call Ada", "STATUS:COMPLETED", "COMPLETED:20261121T083000Z"))
    (after,) = (await life.pull()).items
    assert (after.facts.ref, after.facts.state) == (item.facts.ref, "done")


async def test_a_nextcloud_gives_a_password_of_its_own_and_takes_it_back(life: Life) -> None:
    http = life.source.http
    assert http is not None
    assert await plugin.delegate(http) is None, "this is no Nextcloud"
    flow = life.dav.flow
    flow.on = True
    begun = await plugin.delegate(http)
    assert begun is not None
    assert begun.address.startswith(life.dav.url)
    assert await plugin.granted(http, begun.ticket) is None
    flow.allowed = True
    granted = await plugin.granted(http, begun.ticket)
    assert granted is not None
    assert (granted.address, granted.user) == (f"{life.dav.url}remote.php/dav/", "ada")
    assert await plugin.granted(http, begun.ticket) is None, "it is given once"


async def test_a_flow_that_leads_to_another_server_is_refused(life: Life) -> None:
    http, flow = life.source.http, life.dav.flow
    assert http is not None
    flow.on, flow.origin = True, "https://evil.example"
    with pytest.raises(Refused):
        await plugin.delegate(http)
    flow.origin = life.dav.url.rstrip("/")
    begun = await plugin.delegate(http)
    assert begun is not None
    flow.allowed, flow.server = True, "https://evil.example"
    with pytest.raises(Refused):
        await plugin.granted(http, begun.ticket)
