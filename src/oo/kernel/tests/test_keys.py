"""Keys: bound to person and column, wrapped, destroyed for good."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
