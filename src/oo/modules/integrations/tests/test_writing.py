"""Done here is done there: once, after the time for undo, and never over somebody else's change."""

from __future__ import annotations

import asyncio
import threading
from datetime import timedelta
from typing import Any

import pytest

from oo.contracts.connectors import FileContent
from oo.contracts.events import TaskChanged, TaskCompleted, TaskDeleted, TipReacted, UndoHeld
from oo.modules.integrations.repository import writebacks
from oo.modules.integrations.tests.conftest import HOME, LENA, MILO, TODO, House

pytestmark = pytest.mark.anyio
THREE = "(A) 2026-11-01 Call Ada +family\nBuy milk\nWater plants\n"


async def states(house: House) -> list[str]:
    return [row["state"] for row in await house.rows("writebacks")]


async def test_done_is_in_the_file_after_undo_is_over(house: House) -> None:
    await house.add(THREE)
    (facts,) = [facts for facts in await house.open() if facts.priority == 3]
    await house.done(facts)
    await house.pass_(8)
    assert house.disk.content[TODO] == THREE.encode()
    await house.pass_(1)
    assert house.disk.content[TODO] == b"x 2026-11-21 2026-11-01 Call Ada +family pri:A\nBuy milk\nWater plants\n"
    assert await states(house) == ["done"]
    assert len(await house.open()) == 2
    (completed,) = await house.told(TaskCompleted)
    assert isinstance(completed, TaskCompleted)
    assert completed.ref == facts.ref


async def test_undo_leaves_the_file_untouched(house: House) -> None:
    await house.add(THREE)
    await house.done((await house.open())[0])
    await house.pass_(7)
    await house.room.deliver(LENA, TipReacted("TIP1", "undo"))
    await house.pass_(60)
    assert house.disk.content[TODO] == THREE.encode()
    assert await states(house) == []


async def test_done_after_undo_is_written_as_well(house: House) -> None:
    await house.add("Call Ada\n")
    (facts,) = await house.open()
    await house.done(facts)
    await house.room.deliver(LENA, TipReacted("TIP1", "undo"))
    await house.done(facts)
    await house.pass_(9)
    assert house.disk.content[TODO] == b"x 2026-11-21 Call Ada\n"


async def test_nothing_is_written_while_undo_is_held(house: House) -> None:
    await house.add("Call Ada\n")
    await house.done((await house.open())[0])
    await house.room.deliver(LENA, UndoHeld("TIP1", house.clock.now() + timedelta(seconds=40)))
    await house.pass_(40)
    assert house.disk.content[TODO] == b"Call Ada\n"
    await house.pass_(1)
    assert house.disk.content[TODO] == b"x 2026-11-21 Call Ada\n"


async def test_an_undo_that_was_accepted_but_not_handed_on_is_waited_for(house: House) -> None:
    await house.add("Call Ada\n")
    await house.done((await house.open())[0])
    undo = house.room.kit.outbox.envelope(LENA, TipReacted("TIP1", "undo"))
    await house.room.kit.db.write(lambda tx: house.room.kit.outbox.publish(tx, undo))
    await house.pass_(60)
    assert house.disk.content[TODO] == b"Call Ada\n"
    while await house.room.relay.step():
        pass
    await house.pass_(60)
    assert house.disk.content[TODO] == b"Call Ada\n"


async def test_a_line_that_changed_underneath_is_refused_and_said(house: House) -> None:
    view = await house.add(THREE)
    (facts,) = [facts for facts in await house.open() if facts.priority == 3]
    await house.done(facts)
    changed = THREE.replace("Call Ada", "Call Ada at six").encode()
    house.disk.content[TODO] = changed
    await house.pass_(9)
    assert house.disk.content[TODO] == changed
    assert await states(house) == ["refused"]
    view = await house.service.connection(user=LENA, connection=view.id)
    assert view.problem is not None
    assert view.problem.count(".") == 2
    assert "Ada" not in view.problem
    assert view.state == "works"
    house.clock.advance(timedelta(hours=25))
    await house.service.look()
    assert (await house.service.connection(user=LENA, connection=view.id)).problem is None


async def test_a_priority_that_changed_underneath_is_refused_and_offered_anew(house: House) -> None:
    await house.add("(B) Call Ada\n")
    await house.done((await house.open())[0])
    house.disk.content[TODO] = b"(A) Call Ada\n"
    await house.pass_(9)
    assert house.disk.content[TODO] == b"(A) Call Ada\n"
    assert len(await house.told(TaskChanged)) == 1


async def test_another_line_may_change_underneath(house: House) -> None:
    await house.add(THREE)
    (facts,) = [facts for facts in await house.open() if facts.priority == 3]
    await house.done(facts)
    house.disk.content[TODO] = THREE.replace("Buy milk", "Buy oat milk").encode()
    await house.pass_(9)
    assert house.disk.content[TODO].startswith(b"x 2026-11-21 2026-11-01 Call Ada")
    assert b"Buy oat milk" in house.disk.content[TODO]


async def test_what_was_finished_there_meanwhile_counts_as_done(house: House) -> None:
    await house.add("Call Ada\n")
    await house.done((await house.open())[0])
    house.disk.content[TODO] = b"x 2026-11-21 Call Ada\n"
    await house.pass_(9)
    assert house.disk.content[TODO] == b"x 2026-11-21 Call Ada\n"
    assert await states(house) == ["done"]


async def test_a_claim_whose_process_died_is_settled_by_looking(house: House) -> None:
    await house.add("Water plants rec:1w due:2026-11-21\n")
    await house.done((await house.open())[0])
    house.clock.advance(9)
    now = house.clock.now()
    await house.room.kit.db.write(lambda tx: writebacks.claim(tx, now, now - timedelta(minutes=1)))
    written = b"x 2026-11-21 Water plants rec:1w due:2026-11-21\nWater plants rec:1w due:2026-11-28\n"
    house.disk.content[TODO] = written  # it was written, and then the process died
    await house.service.write_back()
    assert await states(house) == ["claimed"]
    await house.pass_(61)
    assert await states(house) == ["done"]
    assert house.disk.content[TODO] == written


async def test_who_stops_while_it_writes_knows_what_was_written_and_puts_the_rest_back(house: House) -> None:
    view = await house.add("Call Ada\nBuy milk\n")
    for number, facts in enumerate(await house.open()):
        await house.done(facts, tip=f"TIP{number}")
    house.clock.advance(9)
    files, asked, go_on = house.service._opener._files[view.id], threading.Event(), threading.Event()
    reading = files.read

    async def slow(path: str) -> FileContent:
        asked.set()
        go_on.wait(5)
        return await reading(path)

    files.read = slow  # type: ignore[method-assign]
    writing = asyncio.create_task(house.service.write_back())
    await asyncio.to_thread(asked.wait, 5)
    writing.cancel()
    await asyncio.sleep(0)
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await writing
    files.read = reading  # type: ignore[method-assign]
    rows = await house.rows("writebacks")
    assert sorted((row["state"], row["tries"]) for row in rows) == [("done", 1), ("waiting", 0)]
    assert house.disk.content[TODO].count(b"x 2026-11-21") == 1
    await house.service.write_back()
    assert await states(house) == ["done", "done"]


async def test_who_stops_while_it_claims_leaves_nothing_claimed(house: House) -> None:
    await house.add("Call Ada\n")
    await house.done((await house.open())[0])
    house.clock.advance(9)
    db = house.room.kit.db
    committing = db.write

    async def stopped(unit: Any) -> Any:
        value = await committing(unit)
        db.write = committing  # type: ignore[method-assign]
        writing.cancel()
        await asyncio.sleep(0)  # where a cancellation arrives
        return value

    db.write = stopped  # type: ignore[method-assign]
    writing = asyncio.create_task(house.service.write_back())
    await asyncio.gather(writing, return_exceptions=True)
    assert await states(house) == ["waiting"]
    assert house.disk.content[TODO] == b"Call Ada\n"


async def test_a_source_that_is_away_is_tried_later(house: House) -> None:
    view = await house.add("Call Ada\n")
    await house.done((await house.open())[0])
    text = house.disk.content.pop(TODO)
    await house.pass_(9)
    assert await states(house) == ["waiting"]
    assert (await house.service.connection(user=LENA, connection=view.id)).problem == "There is no such file."
    house.disk.content[TODO] = text
    await house.pass_(120)
    assert house.disk.content[TODO] == b"x 2026-11-21 Call Ada\n"
    assert (await house.service.connection(user=LENA, connection=view.id)).problem is None


async def test_a_file_that_stays_away_is_given_up_after_a_day(house: House) -> None:
    await house.add("Call Ada\n")
    await house.done((await house.open())[0])
    del house.disk.content[TODO]
    for _ in range(26):
        await house.pass_(3600)
    assert await states(house) == ["refused"]


async def test_a_write_that_meets_another_one_is_done_the_next_time(house: House) -> None:
    view = await house.add("Call Ada\n")
    await house.done((await house.open())[0])
    files = house.service._opener._files[view.id]
    reading = files.read

    async def slow(path: str) -> FileContent:
        content = await reading(path)
        house.disk.content[path] += b"Buy milk\n"  # somebody saves between reading and writing
        files.read = reading  # type: ignore[method-assign]
        return content

    files.read = slow  # type: ignore[method-assign]
    await house.pass_(9)
    assert house.disk.content[TODO] == b"Call Ada\nBuy milk\n"
    await house.pass_(3)
    assert house.disk.content[TODO] == b"x 2026-11-21 Call Ada\nBuy milk\n"


async def test_a_source_that_is_only_read_is_never_asked_to_write(house: House) -> None:
    todo = "BEGIN:VCALENDAR\r\nBEGIN:VTODO\r\nUID:1\r\nSUMMARY:Call Ada\r\nEND:VTODO\r\nEND:VCALENDAR\r\n"
    await house.add(todo, f"{HOME}/todo.ics")
    (facts,) = await house.open()
    assert not (await house.service.wordings(user=LENA, refs=[facts.ref]))[facts.ref].writable
    await house.done(facts)
    assert await states(house) == []


async def test_nobody_writes_to_the_source_of_another(house: House) -> None:
    await house.add("Call Ada\n")
    (facts,) = await house.open()
    await house.done(facts, user=MILO)
    await house.pass_(60)
    assert house.disk.content[TODO] == b"Call Ada\n"
    assert await states(house) == []


VAULT = f"{HOME}/week.md"


@pytest.mark.parametrize("dies", [False, True])
async def test_a_task_that_asks_to_go_when_it_is_done_was_finished_and_not_deleted(house: House, dies: bool) -> None:
    await house.add("- [ ] Call Ada 🏁 delete\n- [ ] Buy milk\n", VAULT)
    words = await house.service.wordings(user=LENA, refs=[one.ref for one in await house.open()])
    (facts,) = [one for one in await house.open() if "Ada" in words[one.ref].title]
    await house.done(facts)
    if dies:  # after it wrote, and before it could say so
        house.clock.advance(9)
        now = house.clock.now()
        await house.room.kit.db.write(lambda tx: writebacks.claim(tx, now, now - timedelta(minutes=1)))
        house.disk.content[VAULT] = b"- [ ] Buy milk\n"
        await house.pass_(61)
    await house.pass_(9)
    assert house.disk.content[VAULT] == b"- [ ] Buy milk\n"
    assert await states(house) == ["done"]
    (completed,) = await house.told(TaskCompleted)
    assert isinstance(completed, TaskCompleted)
    assert completed.ref == facts.ref
    assert not await house.told(TaskDeleted)
    assert len(await house.rows("completions")) == 1


async def test_a_line_that_its_owner_took_out_meanwhile_is_said(house: House) -> None:
    view = await house.add(THREE)
    (facts,) = [facts for facts in await house.open() if facts.priority == 3]
    await house.done(facts)
    house.disk.content[TODO] = b"Buy milk\nWater plants\n"
    await house.pass_(9)
    assert await states(house) == ["refused"]
    assert (await house.service.connection(user=LENA, connection=view.id)).problem is not None
