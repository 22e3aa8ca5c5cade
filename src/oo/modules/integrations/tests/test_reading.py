"""What is read becomes facts and events; what was known before decides what is told."""

from __future__ import annotations

import pytest

from oo.contracts.events import (
    BusyChanged,
    ConnectionChanged,
    PrefSet,
    TaskAdded,
    TaskCompleted,
    TaskDeleted,
    TaskReopened,
)
from oo.contracts.items import facts_from_texts
from oo.contracts.sources import Stocked
from oo.modules.integrations.tests.conftest import HOME, LENA, MILO, TODO, House

pytestmark = pytest.mark.anyio
DONE = f"{HOME}/done.txt"


async def test_a_connected_file_is_in_the_inventory_with_its_words_on_demand(house: House) -> None:
    view = await house.add("(A) Call Ada +family due:2026-11-22\nBuy milk\n")
    assert (view.state, view.open, view.name, view.detail) == ("works", 2, "todo.txt", TODO)
    inventory = await house.service.inventory(user=LENA)
    assert inventory.connected == 1
    assert sorted(facts.priority for facts in inventory.facts) == [0, 3]
    assert await house.titles() == ["Buy milk", "Call Ada"]
    added = await house.told(TaskAdded)
    assert {event.due for event in added if isinstance(event, TaskAdded)} == {"", "2026-11-22"}


async def test_what_was_finished_before_is_history_and_no_news(house: House) -> None:
    await house.add("x 2026-11-01 2026-10-01 Pay rent +home\nBuy milk\n")
    (told,) = await house.told(TaskCompleted)
    assert isinstance(told, TaskCompleted) and told.past and told.added == "2026-10-01"
    (inventory,) = [await house.service.inventory(user=LENA)]
    assert inventory.last_project is not None
    assert len(await house.rows("completions")) == 1


async def test_an_archive_that_is_put_beside_the_file_is_history_too(house: House) -> None:
    await house.add("Buy milk\n")
    house.disk.content[DONE] = b"x 2026-11-02 Pay rent\nx 2026-11-21 Water plants\n"
    await house.pass_(2)
    assert len(await house.rows("completions")) == 2
    told = await house.told(TaskCompleted)
    assert [getattr(event, "past", None) for event in told] == [True, False], "what was finished before is no news"


async def test_an_edited_file_tells_what_changed(house: House) -> None:
    await house.add("Call Ada\nBuy milk\nWater plants\n")
    house.disk.content[TODO] = b"(A) Call Ada\nx 2026-11-21 Buy milk\nWrite letter\n"
    await house.pass_(2)
    told = [type(event) for event in await house.told() if not isinstance(event, ConnectionChanged)][3:]
    assert sorted(kind.__name__ for kind in told) == ["TaskAdded", "TaskChanged", "TaskCompleted", "TaskDeleted"]
    assert await house.titles() == ["Call Ada", "Write letter"]


async def test_a_read_that_finds_the_same_tells_nothing(house: House) -> None:
    view = await house.add("Call Ada\n")
    before = await house.told()
    for _ in range(3):
        await house.service.read_now(user=LENA, connection=view.id)
        await house.pass_(901)
    assert await house.told() == before


async def test_a_finished_task_that_is_reopened_is_told_and_no_longer_counts(house: House) -> None:
    await house.add("Call Ada\n")
    house.disk.content[TODO] = b"x 2026-11-21 Call Ada\n"
    await house.pass_(2)
    assert len(await house.rows("completions")) == 1
    house.disk.content[TODO] = b"Call Ada\n"
    await house.pass_(2)
    assert len(await house.told(TaskReopened)) == 1
    assert not await house.rows("completions")


async def test_a_task_that_moved_to_done_txt_was_finished_not_deleted(house: House) -> None:
    await house.add("2026-11-20 Call Ada\nBuy milk\n")
    house.disk.content[TODO] = b"Buy milk\n"
    house.disk.content[DONE] = b"x 2026-11-21 2026-11-20 Call Ada\n"
    await house.pass_(2)
    assert len(await house.told(TaskCompleted)) == 1
    assert not await house.told(TaskDeleted)


async def test_a_finished_line_that_lost_its_creation_date_is_the_same_task(house: House) -> None:
    await house.add("2026-11-20 Call Ada +family\nBuy milk\n")
    (ref,) = [facts.ref for facts in await house.open() if facts.added is not None]
    house.disk.content[TODO] = b"x 2026-11-21 Call Ada +family\nBuy milk\n"
    await house.pass_(2)
    (completed,) = await house.told(TaskCompleted)
    assert isinstance(completed, TaskCompleted)
    assert completed.ref == ref
    assert not await house.told(TaskDeleted)
    assert (await house.service.inventory(user=LENA)).last_project == completed.project != ""


async def test_finishing_one_occurrence_leaves_the_next_one_open(house: House) -> None:
    await house.add("Water plants rec:1w due:2026-11-21\n")
    house.disk.content[TODO] = b"x 2026-11-21 Water plants rec:1w due:2026-11-21\nWater plants rec:1w due:2026-11-28\n"
    await house.pass_(2)
    assert len(await house.told(TaskCompleted)) == 1
    assert len(await house.told(TaskAdded)) == 2
    assert len(await house.open()) == 1


async def test_projects_are_tokens_that_follow_from_the_instance_key(house: House) -> None:
    await house.add("Call Ada +family\nVisit Ada +family\nBuy milk +home\n")
    tokens = [facts.project for facts in await house.open()]
    assert len(set(tokens)) == 2
    stored = str(await house.rows("items"))
    assert "family" not in stored
    assert "Ada" not in stored


async def test_a_file_that_is_gone_keeps_what_is_known_and_says_so(house: House) -> None:
    view = await house.add("Call Ada\n")
    text = house.disk.content.pop(TODO)
    await house.pass_(2)
    view = await house.service.connection(user=LENA, connection=view.id)
    assert (view.state, view.problem) == ("slow", "There is no such file.")
    inventory = await house.service.inventory(user=LENA)
    assert len(inventory.facts) == 1
    assert inventory.stale_since == view.read_at
    house.disk.content[TODO] = text
    await house.pass_(2)
    assert (await house.service.connection(user=LENA, connection=view.id)).state == "works"
    assert (await house.service.inventory(user=LENA)).stale_since is None
    states = [event.state for event in await house.told(ConnectionChanged) if isinstance(event, ConnectionChanged)]
    assert states == ["first", "works", "slow", "works"]


async def test_while_one_file_of_a_folder_cannot_be_read_nothing_of_it_is_deleted(house: House) -> None:
    one, other = f"{HOME}/a.todo.txt", f"{HOME}/b.todo.txt"
    house.disk.content |= {one: b"Call Ada\n", other: b"Buy milk\nWrite letter\n"}
    view = await house.service.add_files(user=LENA, path=HOME)
    house.disk.unreadable[one] = "This file can't be read: its permissions forbid it."
    house.disk.content[other] = b"Buy milk\n"
    await house.pass_(2)
    view = await house.service.connection(user=LENA, connection=view.id)
    assert (view.state, view.open) == ("works", 3)
    assert [(unread.file, unread.line) for unread in view.unread] == [(one, 0)]
    assert not await house.told(TaskDeleted)
    await house.pass_(3600)
    assert len(await house.told(TaskDeleted)) == 2, "an hour later what can't be read is as good as gone"
    del house.disk.unreadable[one]
    await house.pass_(2)
    assert await house.titles() == ["Buy milk", "Call Ada"]


async def test_a_large_file_is_stored_completely(house: House) -> None:
    await house.add("".join(f"Thing {number} +project{number % 7} due:2026-12-01\n" for number in range(700)))
    assert len(await house.open()) == 700
    assert len(await house.told(TaskAdded)) == 700


async def test_busy_times_are_kept_and_told_when_they_are_near(house: House) -> None:
    near, far = event("20261121T130000Z", "20261121T140000Z"), event("20261215T130000Z", "20261215T140000Z")
    path = f"{HOME}/home.ics"
    view = await house.add(calendar(near), path)
    (block,) = (await house.service.inventory(user=LENA)).busy
    assert (block.start.hour, block.end.hour, block.all_day) == (13, 14, False)
    assert await house.told(BusyChanged) == [BusyChanged(view.id, 1)]
    house.disk.content[path] = calendar(near, far).encode()
    await house.pass_(2)
    assert len((await house.service.inventory(user=LENA)).busy) == 2
    assert len(await house.told(BusyChanged)) == 1
    house.disk.content[path] = calendar(far).encode()
    await house.pass_(2)
    assert (await house.told(BusyChanged))[1:] == [BusyChanged(view.id, 1)]


async def test_a_new_zone_is_read_for_at_once(house: House) -> None:
    await house.add(calendar(event("20261121T130000", "20261121T140000")), f"{HOME}/home.ics")
    (block,) = (await house.service.inventory(user=LENA)).busy
    assert block.start.hour == 12, "13:00 in Berlin"
    house.people.zone = "America/New_York"
    await house.room.deliver(LENA, PrefSet("global", "zone", house.people.zone, "device"))
    await house.pass_(2)
    (block,) = (await house.service.inventory(user=LENA)).busy
    assert block.start.hour == 18


def event(start: str, end: str) -> str:
    """A meeting in iCalendar's words."""
    lines = (
        "BEGIN:VEVENT",
        f"UID:{start}",
        "DTSTAMP:20261101T000000Z",
        f"DTSTART:{start}",
        f"DTEND:{end}",
        "END:VEVENT",
    )
    return "\r\n".join(lines)


def calendar(*events: str) -> str:
    """A calendar file."""
    return "\r\n".join(("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//oO//test//EN", *events, "END:VCALENDAR", ""))


async def test_many_inventories_in_one_read_are_those_of_each(house: House) -> None:
    view = await house.add("(A) Call Ada +home\nBuy milk due:2026-11-22\nx 2026-11-20 Paint +flat\n")
    await house.add("Something else\n", f"{HOME}/b.txt")
    several = await house.service.stocks(users=[LENA, MILO])
    alone = await house.service.inventory(user=LENA)
    assert facts_from_texts(several[LENA].facts) == alone.facts and len(alone.facts) == 3
    assert (several[LENA].connected, several[LENA].last_project) == (2, alone.last_project)
    assert several[MILO] == Stocked()
    await house.service.disconnect(user=LENA, connection=view.id)
    assert len((await house.service.stocks(users=[LENA]))[LENA].facts) == 1
