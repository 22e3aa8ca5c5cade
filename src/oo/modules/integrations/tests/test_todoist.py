"""Reading Todoist and finishing in it, on real HTTP: changes, the past, bad days, and done once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from oo.contracts.errors import NotFound, Refused
from oo.contracts.events import TaskAdded, TaskChanged, TaskCompleted, TaskDeleted, TaskReopened
from oo.modules.integrations.repository import connections, writebacks
from oo.modules.integrations.tests.conftest import LENA
from oo.modules.integrations.tests.elsewhere import Elsewhere, elsewhere
from oo.testing.todoist.server import notice

pytestmark = pytest.mark.anyio

DAILY = {"date": "2026-11-21", "is_recurring": True, "string": "every day", "lang": "en", "timezone": None}


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Elsewhere]:
    async with elsewhere(tmp_path) as built:
        yield built


async def told(here: Elsewhere, kind: type) -> int:
    return len(await here.house.told(kind))


async def test_what_happens_there_is_told_here(here: Elsewhere) -> None:
    milk, rent = here.tasks.add("Buy milk"), here.tasks.add("Pay rent")
    await here.connect()
    here.tasks.edit(milk["id"], content="Buy oat milk")
    here.tasks.close(rent["id"])
    bread = here.tasks.add("Buy bread")
    await here.read(60)
    assert (await told(here, TaskChanged), await told(here, TaskCompleted), await told(here, TaskAdded)) == (1, 1, 3)
    assert await here.house.titles() == ["Buy bread", "Buy oat milk"]
    here.tasks.reopen(rent["id"])
    here.tasks.delete(bread["id"])
    await here.read(60)
    assert (await told(here, TaskReopened), await told(here, TaskDeleted)) == (1, 1)
    assert await here.house.titles() == ["Buy oat milk", "Pay rent"]


async def test_nothing_new_costs_one_request_and_is_asked_less_and_less(here: Elsewhere) -> None:
    here.tasks.add("Buy milk")
    await here.connect()
    pauses = []
    for _ in range(4):
        before = here.todoist.faults.count()
        await here.read(60)
        assert here.todoist.faults.count() == before + 1
        (row,) = await here.house.rows("connections")
        pauses.append((row["next_at"] - here.clock.now()).total_seconds() / 60)
    assert pauses[0] < pauses[-1] <= 15


async def test_the_past_is_read_once_and_told_as_the_past(here: Elsewhere) -> None:
    for day in range(1, 360, 3):
        here.tasks.finished("Water the fern", here.clock.now() - timedelta(days=day))
    await here.connect()
    events = await here.house.told(TaskCompleted)
    assert len(events) == 120
    assert all(isinstance(event, TaskCompleted) and event.past for event in events)
    assert len(await here.house.rows("completions")) == 120
    assert await here.house.rows("items") == []
    asked = here.todoist.faults.count("completed")
    await here.read(60)
    assert here.todoist.faults.count("completed") == asked


async def test_a_past_that_broke_off_is_read_by_a_later_read(here: Elsewhere) -> None:
    here.tasks.finished("Water the fern", here.clock.now() - timedelta(days=5))
    here.todoist.faults.fail(503, path="completed")
    one = await here.connect()
    assert (one.state, await here.house.rows("completions")) == ("works", [])
    here.todoist.faults.heal()
    await here.read(120)
    assert len(await here.house.rows("completions")) == 1


async def test_done_here_is_done_there_after_undo_and_once(here: Elsewhere) -> None:
    milk = here.tasks.add("Buy milk")
    await here.connect()
    (facts,) = await here.house.open()
    await here.house.done(facts)
    await here.house.pass_(7)
    assert here.tasks.closes == []
    await here.house.pass_(3)
    assert here.tasks.closes == [milk["id"]]
    await here.house.pass_(60)
    assert here.tasks.closes == [milk["id"]]
    assert await here.house.open() == []
    assert await told(here, TaskCompleted) == 1


async def test_a_recurring_task_moves_on_and_is_never_finished_for_good(here: Elsewhere) -> None:
    here.tasks.add("Water the fern", due=DAILY)
    await here.connect()
    (facts,) = await here.house.open()
    await here.house.done(facts)
    await here.house.pass_(10)
    (after,) = await here.house.open()
    assert (after.ref, str(facts.due), str(after.due)) == (facts.ref, "2026-11-21", "2026-11-22")
    (completed,) = await here.house.told(TaskCompleted)
    assert isinstance(completed, TaskCompleted)
    assert (completed.ref, completed.past) == (facts.ref, False)


async def test_a_recurring_task_that_was_ticked_off_there_is_a_signal_each_time(here: Elsewhere) -> None:
    fern = here.tasks.add("Water the fern", due=DAILY)
    await here.connect()
    for count in (1, 2, 3):
        here.clock.advance(3600)
        here.tasks.close(fern["id"])
        await here.read(60)
        assert await told(here, TaskCompleted) == count
    assert len(await here.house.rows("completions")) == 3
    (facts,) = await here.house.open()
    assert str(facts.due) == "2026-11-24"


@pytest.mark.parametrize("due", [None, DAILY])
async def test_killed_between_the_write_there_and_the_one_here_it_is_done_once(
    here: Elsewhere, due: dict[str, object] | None
) -> None:
    task = here.tasks.add("Water the fern", due=due)
    await here.connect()
    (facts,) = await here.house.open()
    await here.house.done(facts)
    here.clock.advance(10)
    kit = here.house.room.kit
    now = here.clock.now()
    (row,) = await kit.db.write(lambda tx: writebacks.claim(tx, now, now))
    found = await kit.db.read(lambda tx: connections.one(tx, row.connection_id))
    assert found is not None
    await here.service._writing._act(here.service._opener.open(found), row)  # and here the process dies
    assert here.tasks.closes == [task["id"]]
    await here.house.pass_(90)
    assert here.tasks.closes == [task["id"]]
    assert [one["state"] for one in await here.house.rows("writebacks")] == ["done"]


async def test_an_answer_to_done_that_got_lost_does_not_do_it_twice(here: Elsewhere) -> None:
    fern = here.tasks.add("Water the fern", due=DAILY)
    await here.connect()
    (facts,) = await here.house.open()
    await here.house.done(facts)
    here.todoist.faults.arm("half", path="/sync", times=1)
    await here.house.pass_(10)
    await here.house.pass_(400)
    assert here.tasks.closes == [fern["id"]]
    assert [one["state"] for one in await here.house.rows("writebacks")] == ["done"]


async def test_what_changed_there_meanwhile_is_left_alone(here: Elsewhere) -> None:
    milk = here.tasks.add("Buy milk")
    await here.connect()
    (facts,) = await here.house.open()
    await here.house.done(facts)
    here.tasks.edit(milk["id"], content="Buy milk for Ada, too")
    await here.house.pass_(10)
    assert here.tasks.closes == []
    assert [one["state"] for one in await here.house.rows("writebacks")] == ["refused"]


@pytest.mark.parametrize(
    ("kind", "how"),
    [
        ("html", {}),
        ("half", {}),
        ("huge", {}),
        ("bomb", {}),
        ("redirect", {}),
        ("status", {"status": 500}),
        ("status", {"status": 410}),
        ("status", {"status": 429, "retry_after": "77"}),
    ],
)
async def test_a_bad_day_there_is_a_clear_state_here_and_loses_nothing(
    here: Elsewhere, kind: str, how: dict[str, object]
) -> None:
    here.tasks.add("Buy milk")
    await here.connect()
    here.tasks.add("Buy bread")
    here.todoist.faults.arm(kind, path="/api/v1/", **how)  # type: ignore[arg-type]
    one = await here.read(60)
    assert one.state == "slow"
    assert one.problem is not None
    assert len(await here.house.open()) == 1
    if how.get("retry_after"):
        (row,) = await here.house.rows("connections")
        assert row["next_at"] - here.clock.now() >= timedelta(seconds=77)
    here.todoist.faults.heal()
    assert (await here.read(3_600)).state == "works"
    assert await here.house.titles() == ["Buy bread", "Buy milk"]
    assert await told(here, TaskDeleted) == 0


async def test_a_slow_drip_holds_nobody_else_up(here: Elsewhere) -> None:
    await here.connect()
    here.todoist.faults.arm("drip", path="/api/v1/sync")
    here.clock.advance(3_600)
    file = await here.house.add("Call Ada\n")
    looking = asyncio.create_task(here.service.look(patience=0.2))
    here.house.disk.content["/home/lena/todo.txt"] = b"Call Ada\nCall Bo\n"
    await looking
    for _ in range(200):
        here.clock.advance(2)
        await here.service.look(patience=0.2)
        if (await here.service.connection(user=LENA, connection=file.id)).open == 2:
            return
    raise AssertionError("the drip held a file up")


async def test_what_nobody_expects_in_a_task_is_left_out_and_listed(here: Elsewhere) -> None:
    here.tasks.add("Fine", priority="urgent", duration={"amount": 3, "unit": "fortnight"})
    here.tasks.add("", id="empty")
    here.tasks.add("Far", due={"date": "9999-12-31T23:59:59Z", "is_recurring": False})
    here.tasks.add("Odd", due={"date": "the other day"})
    here.tasks.add("* A heading")
    one = await here.connect()
    assert (one.state, len(one.unread)) == ("works", 2)
    assert await here.house.titles() == ["A heading", "Far", "Fine"]
    assert {facts.hidden for facts in await here.house.open()} == {True, False}


async def test_a_token_of_sync_that_is_not_known_there_reads_everything_anew(here: Elsewhere) -> None:
    milk, rent = here.tasks.add("Buy milk"), here.tasks.add("Pay rent")
    await here.connect()
    here.tasks.close(rent["id"])
    here.tasks._count = 0  # it lost its memory
    here.tasks._changed.clear()
    one = await here.read(60)
    assert (one.state, await here.house.titles()) == ("works", ["Buy milk"])
    assert (await told(here, TaskCompleted), await told(here, TaskDeleted)) == (1, 0)
    assert milk


async def test_a_webhook_is_a_reason_to_read_and_nothing_more(here: Elsewhere) -> None:
    await here.connect()
    bread = here.tasks.add("Buy bread")
    headers, body = notice("item:added", bread)
    headers = {name.lower(): value for name, value in headers.items()}
    for _ in range(2):  # delivered twice
        await here.service.hook(connector="todoist", headers=headers, body=body)
        await here.house.pass_(2)
    assert await here.house.titles() == ["Buy bread"]
    assert await told(here, TaskAdded) == 1


async def test_a_webhook_that_todoist_did_not_sign_is_refused(here: Elsewhere) -> None:
    await here.connect()
    headers, body = notice("item:added", here.tasks.add("Buy bread"), secret="guessed")
    for given in ({name.lower(): value for name, value in headers.items()}, {}):
        with pytest.raises(Refused):
            await here.service.hook(connector="todoist", headers=given, body=body)
    with pytest.raises(NotFound):
        await here.service.hook(connector="todotxt", headers={}, body=b"")


async def test_a_lost_webhook_is_caught_up_with_by_the_clock(here: Elsewhere) -> None:
    await here.connect()
    here.tasks.add("Buy bread")
    await here.house.pass_(16 * 60)
    assert await here.house.titles() == ["Buy bread"]


async def test_a_visit_reads_what_is_stale_and_waits_for_nobody(here: Elsewhere) -> None:
    await here.connect()
    here.tasks.add("Buy bread")
    here.todoist.delay = 0.3
    here.clock.advance(31)
    await here.service.glance(user=LENA)
    assert await here.house.open() == []
    for _ in range(200):
        if await here.house.open():
            break
        await asyncio.sleep(0.05)
    assert await here.house.titles() == ["Buy bread"]


async def test_several_failing_accounts_rest_the_server_and_one_does_not(here: Elsewhere) -> None:
    wire = here.service._remotes.wire
    here.todoist.faults.fail(503)
    hosts = frozenset({here.server.host})
    for _ in range(20):
        await wire.send("GET", here.server.url, hosts, who="one")
    asked = here.todoist.faults.count()
    for number in range(20):
        try:
            await wire.send("GET", here.server.url, hosts, who=f"account {number}")
        except Exception:
            break
    assert here.todoist.faults.count() < asked + 8
    here.todoist.faults.heal()
    here.clock.advance(31)
    assert (await wire.send("GET", here.server.url, hosts, who="two")).status == 404
