from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator

import pytest

from oo.kernel.children import ChildDied, Children, NotForChildren

pytestmark = pytest.mark.anyio


@pytest.fixture
async def children() -> AsyncIterator[Children]:
    made = Children()
    yield made
    made.close()


def doubled(rows: list[int]) -> list[int]:
    return [2 * row for row in rows]


def whoami() -> int:
    return os.getpid()


def killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def opens_sqlite() -> None:
    sqlite3.connect(":memory:")


def opens_postgres() -> None:
    import psycopg  # noqa: F401


async def test_rows_go_in_and_rows_come_out_of_another_process(children: Children) -> None:
    assert await children.run(doubled, [1, 2, 3]) == [2, 4, 6]
    assert await children.run(whoami) != os.getpid()


async def test_a_child_that_is_killed_is_an_error_and_the_next_try_has_another(children: Children) -> None:
    first = await children.run(whoami)
    with pytest.raises(ChildDied, match="killed"):
        await children.run(killed)
    assert await children.run(whoami) != first


@pytest.mark.parametrize("work", [opens_sqlite, opens_postgres])
async def test_a_child_opens_no_database(children: Children, work: object) -> None:
    with pytest.raises(NotForChildren):
        await children.run(work)  # type: ignore[arg-type]


async def test_a_child_ends_with_its_parent() -> None:
    code = (
        "import asyncio, os, sys\n"
        "from oo.kernel.children import Children\n"
        "async def main():\n"
        "    print(await Children().run(os.getpid), flush=True)\n"
        "    os.kill(os.getpid(), 9)\n"
        "if __name__ == '__main__': asyncio.run(main())"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)  # noqa: ASYNC221
    async with asyncio.timeout(5):
        while _lives(int(said.stdout)):  # noqa: ASYNC110 - it has no event of its own
            await asyncio.sleep(0.02)


def _lives(process: int) -> bool:
    try:
        with open(f"/proc/{process}/stat") as stat:  # noqa: PTH123
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
