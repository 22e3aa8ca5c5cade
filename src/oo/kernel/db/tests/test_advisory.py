"""Who works on a database, and what is said of a database that can't be used."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from oo.kernel.db.postgres.advisory import DatabaseInUse, DatabaseLock, upgrading
from oo.kernel.db.postgres.server import DatabaseUnusable, is_near, reached, without_password
from oo.kernel.db.postgres.turn import Turn
from oo.testing.postgres import cut_off, fresh, named

pytestmark = pytest.mark.services


@pytest.fixture
def url(postgres: str, tmp_path: Path) -> Iterator[str]:
    with fresh(postgres, tmp_path, empty=True) as made:
        yield made


def test_processes_of_one_oo_work_side_by_side_and_whoever_needs_it_alone_is_told_in_a_sentence(url: str) -> None:
    with DatabaseLock(url) as lock, DatabaseLock(url) as other:
        with pytest.raises(DatabaseInUse, match="Another oO works on this database"), DatabaseLock(url, alone=True):
            pass
        lock.keep()
        other.keep()
    with DatabaseLock(url, alone=True), pytest.raises(DatabaseInUse), DatabaseLock(url):
        pass


def test_a_lock_whose_connection_was_lost_is_taken_again(url: str) -> None:
    with DatabaseLock(url) as lock:
        cut_off(url)
        lock.keep()
        with pytest.raises(DatabaseInUse), DatabaseLock(url, alone=True):
            pass


def test_a_lock_that_another_took_meanwhile_is_lost(url: str) -> None:
    with DatabaseLock(url) as first:
        cut_off(url)
        with DatabaseLock(url, alone=True), pytest.raises(DatabaseInUse):
            first.keep()


def test_one_upgrades_at_a_time_and_the_others_wait(url: str) -> None:
    order: list[str] = []

    def upgrade(name: str) -> None:
        with upgrading(url):
            order.append(f"{name} begins")
            time.sleep(0.1)
            order.append(f"{name} ends")

    with ThreadPoolExecutor(3) as threads:
        list(threads.map(upgrade, "abc"))
    assert [order[at][0] == order[at + 1][0] for at in (0, 2, 4)] == [True] * 3


def test_a_database_that_does_not_answer_is_named_without_its_password(url: str) -> None:
    for address in (named(url, "nowhere"), "postgresql://lena:s3cret@127.0.0.1:1/oo", "postgresql://lena:s3cret@[/oo"):
        with pytest.raises(DatabaseUnusable) as refused, reached(address):
            pass
        assert "s3cret" not in str(refused.value) and "\n" not in str(refused.value)


def test_a_database_in_another_encoding_is_refused_with_the_mend(postgres: str, tmp_path: Path) -> None:
    with psycopg.connect(named(postgres, "postgres"), autocommit=True) as asking:
        asking.execute("DROP DATABASE IF EXISTS oo_latin")
        asking.execute("CREATE DATABASE oo_latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'")
        with pytest.raises(DatabaseUnusable, match="encoding=UTF8"), reached(named(postgres, "oo_latin")):
            pass
        asking.execute("DROP DATABASE oo_latin WITH (FORCE)")


def test_an_address_as_an_argument_holds_no_password() -> None:
    address, password = without_password("postgresql://lena:s%20cret@db.example.org:5433/oo?sslmode=require")
    assert password == "s cret"
    assert sorted(address.split()) == ["dbname=oo", "host=db.example.org", "port=5433", "sslmode=require", "user=lena"]


@pytest.mark.parametrize(
    ("url", "near"),
    [
        ("postgresql:///oo", True),
        ("postgresql://127.0.0.1/oo", True),
        ("postgresql:///oo?host=/run/postgresql", True),
        ("postgresql://db.example.org/oo", False),
        ("postgresql://localhost,db.example.org/oo", False),
    ],
)
def test_only_a_server_on_this_machine_is_near(url: str, near: bool) -> None:
    assert is_near(url) is near


@pytest.mark.anyio
async def test_an_upgrade_goes_on_while_another_process_relays(url: str) -> None:
    relays = asyncio.Event()

    async def work() -> None:
        relays.set()
        await asyncio.sleep(60)

    relaying = asyncio.create_task(Turn(url).run(work))
    await relays.wait()

    def upgraded() -> bool:
        with upgrading(url):
            return True

    assert await asyncio.wait_for(asyncio.to_thread(upgraded), 10)
    relaying.cancel()
    await asyncio.gather(relaying, return_exceptions=True)
