"""Keys in a schema of Postgres: the same for every process, and gone from all of them when an erasure returns."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from oo.kernel.keys import KeyGone, Keys, KeyUnsafe
from oo.kernel.keystores import PostgresStore
from oo.testing.postgres import cut_off, fresh, rows

pytestmark = pytest.mark.services
LEASE = 0.3


@pytest.fixture
def url(postgres: str, tmp_path: Path) -> Iterator[str]:
    with fresh(postgres, tmp_path, empty=True) as made:
        yield made


@pytest.fixture
def two(url: str, tmp_path: Path) -> Iterator[tuple[Keys, Keys]]:
    """The keys of one instance in two processes."""
    here, there = (Keys(tmp_path, PostgresStore(url, lease=LEASE)) for _ in range(2))
    yield here, there
    here.close()
    there.close()


def test_a_key_is_made_once_and_is_the_same_everywhere(two: tuple[Keys, Keys]) -> None:
    here, there = two
    sealed = here.create("lena").seal("c", "words")
    there.create("lena")
    assert there.cipher("lena").open("c", sealed) == "words"
    assert here.users() == there.users() == ["lena"]


def test_when_a_destruction_returns_nobody_has_the_key_any_more(two: tuple[Keys, Keys]) -> None:
    here, there = two
    sealed = here.create("lena").seal("c", "words")
    seen: list[float] = []
    stop = threading.Event()

    def elsewhere() -> None:
        while not stop.is_set():
            try:
                there.cipher("lena").open("c", sealed)
                seen.append(time.monotonic())
            except KeyGone:
                stop.wait(0.005)

    using = threading.Thread(target=elsewhere)
    using.start()
    time.sleep(0.1)
    assert here.destroy("lena") and not here.destroy("lena")
    gone = time.monotonic()
    time.sleep(2 * LEASE)
    stop.set()
    using.join()
    assert seen and max(seen) <= gone
    with pytest.raises(KeyGone):
        here.cipher("lena")


def test_a_destroyed_key_is_gone_from_the_table_s_file(two: tuple[Keys, Keys], url: str) -> None:
    here, _ = two
    here.create("otto")
    here.create("lena")  # the last one's bytes stay on the page when its row goes, as nothing moves over them
    [(wrapped,)] = rows(url, "SELECT wrapped FROM keys.keys WHERE user_id = 'lena'")
    assert isinstance(wrapped, bytes)
    assert wrapped in on_disk(url)
    here.destroy("lena")
    assert wrapped not in on_disk(url)
    here.cipher("otto").seal("c", "words")


def on_disk(url: str) -> bytes:
    with psycopg.connect(url, autocommit=True) as asking:
        asking.execute("CHECKPOINT")
    [(content,)] = rows(url, "SELECT pg_read_binary_file(pg_relation_filepath('keys.keys'))")
    assert isinstance(content, bytes)
    return content


def test_keys_are_read_anew_after_a_restart_of_the_server(two: tuple[Keys, Keys], url: str) -> None:
    here, _ = two
    sealed = here.create("lena").seal("c", "words")
    cut_off(url)
    time.sleep(LEASE)
    assert here.cipher("lena").open("c", sealed) == "words"


def test_the_instance_key_of_another_house_is_refused_before_anything_is_read(
    two: tuple[Keys, Keys], url: str, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    store = PostgresStore(url)
    with pytest.raises(KeyUnsafe, match="bring it back from its back-up"):
        Keys(tmp_path / "other", store)
    assert not (tmp_path / "other" / "instance.key").exists(), "a new one would look as if all was well"
    (tmp_path / "other" / "instance.key").touch(mode=0o600)
    (tmp_path / "other" / "instance.key").write_bytes(bytes(32))
    with pytest.raises(KeyUnsafe, match="not the key of this database"):
        Keys(tmp_path / "other", store)
    store.close()


def test_what_is_known_is_asked_for_once_in_a_lease(two: tuple[Keys, Keys]) -> None:
    here, _ = two
    here.create("lena")
    asked: list[str] = []
    real = here._store.read
    here._store.read = lambda user: (asked.append(user), real(user))[1]  # type: ignore[func-returns-value, method-assign]
    until = time.monotonic() + LEASE / 2
    while time.monotonic() < until:
        here.cipher("lena")
    assert len(asked) <= 1
