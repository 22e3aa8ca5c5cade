"""Keys: bound to person and column, wrapped, destroyed for good."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo.kernel import instance_key
from oo.kernel.keys import Cipher, KeyGone, Keys, KeyUnsafe


@given(st.text())
def test_what_is_sealed_opens_to_the_same_text_and_shows_nothing_of_it(text: str) -> None:
    cipher = Cipher("u1", bytes(32))
    sealed = cipher.seal("items.title", text)
    assert cipher.open("items.title", sealed) == text
    assert len(text) < 4 or text.encode() not in sealed


def test_a_value_opens_for_its_own_person_and_column_only(tmp_path: Path) -> None:
    keys = Keys(tmp_path)
    sealed = keys.create("lena").seal("items.title", "lease")
    keys.create("otto")
    for cipher, column in ((keys.cipher("otto"), "items.title"), (keys.cipher("lena"), "tips.content")):
        with pytest.raises(KeyGone):
            cipher.open(column, sealed)
    with pytest.raises(KeyGone):
        keys.cipher("lena").open("items.title", sealed[:-1] + bytes([sealed[-1] ^ 1]))


def test_a_key_survives_a_restart_and_is_made_once(tmp_path: Path) -> None:
    first = Keys(tmp_path)
    sealed = first.create("lena").seal("c", "words")
    first.create("lena")
    first.close()
    assert Keys(tmp_path).cipher("lena").open("c", sealed) == "words"


def test_a_destroyed_key_makes_the_words_unreadable_and_leaves_no_trace(tmp_path: Path) -> None:
    keys = Keys(tmp_path)
    sealed = keys.create("lena").seal("c", "words")
    wrapped = keys._store.read("lena")
    assert wrapped is not None
    assert any(wrapped in path.read_bytes() for path in tmp_path.glob("keys.db*"))
    assert keys.destroy("lena") and not keys.destroy("lena")
    with pytest.raises(KeyGone):
        keys.cipher("lena")
    with pytest.raises(KeyGone):
        keys.create("lena").open("c", sealed)
    keys.close()
    assert not any(wrapped in path.read_bytes() for path in tmp_path.glob("keys.db*"))


def test_the_instance_key_is_private_and_a_readable_or_short_one_is_refused(tmp_path: Path) -> None:
    Keys(tmp_path).close()
    path = tmp_path / "instance.key"
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o644)
    with pytest.raises(KeyUnsafe, match="chmod 600"):
        Keys(tmp_path)
    path.chmod(0o600)
    path.write_bytes(b"short")
    with pytest.raises(KeyUnsafe, match="5 bytes"):
        Keys(tmp_path)


def test_digests_differ_by_purpose_and_by_instance(tmp_path: Path) -> None:
    here, there = Keys(tmp_path / "a"), Keys(tmp_path / "b")
    assert here.digest("project", "flat") == here.digest("project", "flat")
    assert len({here.digest("project", "flat"), here.digest("title", "flat"), there.digest("project", "flat")}) == 3


def test_a_secret_of_the_instance_is_the_same_after_a_restart_and_another_for_each_purpose(tmp_path: Path) -> None:
    first = Keys(tmp_path)
    secret = first.secret("vapid")
    first.close()
    again = Keys(tmp_path)
    assert len(secret) == 32 and again.secret("vapid") == secret
    assert again.secret("webhook") != secret
    assert Keys(tmp_path / "elsewhere").secret("vapid") != secret


def test_a_rotation_wraps_every_key_anew_and_leaves_nothing_that_the_old_one_opens(tmp_path: Path) -> None:
    keys = Keys(tmp_path)
    sealed = {user: keys.create(user).seal("c", user) for user in ("lena", "milo")}
    digest, secret = keys.digest("name", "lena"), keys.secret("push")
    old, age = (tmp_path / "instance.key").read_bytes(), (tmp_path / "instance.key").stat().st_mtime_ns
    before = keys._store.read("lena")
    assert before is not None
    assert keys.rotate() == 2
    for reading in (keys, Keys(tmp_path)):
        assert {user: reading.cipher(user).open("c", text) for user, text in sealed.items()} == {
            "lena": "lena",
            "milo": "milo",
        }
        assert (reading.digest("name", "lena"), reading.secret("push")) == (digest, secret)
    assert (tmp_path / "instance.key").stat().st_mtime_ns == age
    assert old not in (tmp_path / "instance.key").read_bytes()[:32]
    assert not any(before in path.read_bytes() for path in tmp_path.glob("keys.db*"))
    (tmp_path / "instance.key").write_bytes(old)
    with pytest.raises(KeyUnsafe, match="not the key that people's keys are wrapped with"):
        Keys(tmp_path)


@pytest.mark.parametrize("at", range(5))
def test_a_rotation_that_is_cut_off_anywhere_loses_nothing_and_goes_on(
    at: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = Keys(tmp_path)
    sealed = {user: keys.create(user).seal("c", user) for user in ("lena", "milo", "otto")}
    steps = iter(range(10))
    cut = [(instance_key, "write"), (keys._store, "replace")]
    for owner, name in cut:
        whole = getattr(owner, name)

        def until(*given: object, whole: Any = whole) -> Any:
            if next(steps) == at:
                raise KeyboardInterrupt
            return whole(*given)

        monkeypatch.setattr(owner, name, until)
    with pytest.raises(KeyboardInterrupt):
        keys.rotate()
    monkeypatch.undo()
    keys.close()
    again = Keys(tmp_path)
    assert all(again.cipher(user).open("c", text) == user for user, text in sealed.items())
    again.rotate()
    assert len((tmp_path / "instance.key").read_bytes()) == 64
    assert all(Keys(tmp_path).cipher(user).open("c", text) == user for user, text in sealed.items())


def test_another_process_goes_on_when_the_key_was_changed_beside_it(tmp_path: Path) -> None:
    here, there = Keys(tmp_path), Keys(tmp_path)
    sealed = here.create("lena").seal("c", "words")
    assert here.rotate() == 1
    assert there.cipher("lena").open("c", sealed) == "words"
    assert here.rotate() == 1
    made = there.create("milo").seal("c", "more")
    assert here.cipher("milo").open("c", made) == "more"
