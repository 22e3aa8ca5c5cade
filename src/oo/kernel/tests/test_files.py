"""Files on disk: what may be touched, what is refused, and that a reader never sees half of anything."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo.kernel.files import Folders, Outside, Replaced, Unreadable, check, entries, read, replace, version


def test_everything_below_an_allowed_folder_may_be_read_but_dot_names(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / ".config").mkdir(parents=True)
    (home / "notes").mkdir()
    folders = Folders([home])
    assert folders.resolve(home / "notes" / "todo.txt") == (home / "notes" / "todo.txt").resolve()
    for path in (
        home / ".config" / "todo.txt",
        home / ".secret",
        tmp_path / "other",
        home / ".." / "other",
        "/etc",
        "a\0b",
    ):
        with pytest.raises(Outside):
            folders.resolve(path)


def test_a_link_is_judged_by_where_it_leads(tmp_path: Path) -> None:
    home, outside = tmp_path / "home", tmp_path / "outside"
    (home / ".hidden").mkdir(parents=True)
    outside.mkdir()
    (home / "out").symlink_to(outside)
    (home / "hidden").symlink_to(home / ".hidden")
    (home / "in").symlink_to(home)
    folders = Folders([home])
    for name in ("out", "hidden", "out/todo.txt", "in/out/x"):
        with pytest.raises(Outside):
            folders.resolve(home / name)
    assert folders.resolve(home / "in") == home.resolve()


def test_an_allowed_folder_may_itself_be_below_a_dot_folder_or_a_link(tmp_path: Path) -> None:
    (tmp_path / ".todo").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / ".todo")
    assert Folders([tmp_path / "link"]).resolve(tmp_path / ".todo" / "todo.txt").name == "todo.txt"


def test_a_listing_shows_what_can_be_chosen(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / ".git").mkdir()
    (tmp_path / "todo.txt").touch()
    (tmp_path / "broken").symlink_to(tmp_path / "nowhere")
    (tmp_path / "out").symlink_to("/etc")
    os.mkfifo(tmp_path / "pipe")
    top = Folders([tmp_path]).listing()
    assert ([path.name for path in top.folders], [path.name for path in top.files]) == (["b"], ["todo.txt"])
    assert top.parent is None
    assert Folders([tmp_path]).listing(tmp_path / "b").parent == tmp_path.resolve()
    with pytest.raises(Outside):
        Folders([]).listing()


def test_what_cannot_be_read_is_refused_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "large").write_bytes(b"x" * 101)
    for name in ("missing", "folder", "pipe", "loop", "large", "large/below"):
        with pytest.raises(Unreadable) as caught:
            read(tmp_path / name, 100)
        sentence = str(caught.value)
        assert sentence.endswith(".")
        assert sentence.count(". ") == 0
        assert str(tmp_path) not in sentence
    for name in ("missing", "large"):
        with pytest.raises(Unreadable):
            entries(tmp_path / name)


@pytest.mark.parametrize("data", ["todo".encode("utf-16"), bytes(range(32)) * 4, b"\x7fELF" + bytes(60)])
def test_what_is_no_text_is_refused(data: bytes) -> None:
    with pytest.raises(Unreadable):
        check(data)


@given(st.text(max_size=400).map(str.encode) | st.binary(max_size=7))
def test_text_with_a_stray_control_character_is_text(data: bytes) -> None:
    if sum(byte < 32 for byte in data) < 8 and data[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        check(data)


def test_replacing_keeps_mode_and_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "todo.txt"
    path.write_bytes(b"before")
    path.chmod(0o640)
    new = replace(path, b"after", version(b"before"))
    assert (path.read_bytes(), new) == (b"after", version(b"after"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [one.name for one in tmp_path.iterdir()] == ["todo.txt"]


def test_replacing_through_a_link_keeps_the_link(tmp_path: Path) -> None:
    (tmp_path / "real.txt").write_bytes(b"before")
    link = tmp_path / "todo.txt"
    link.symlink_to("real.txt")
    replace(link, b"after", version(b"before"))
    assert link.is_symlink()
    assert (tmp_path / "real.txt").read_bytes() == b"after"


def test_an_open_reader_sees_the_old_content_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "todo.txt"
    path.write_bytes(b"before")
    with path.open("rb") as reader:
        replace(path, b"a", version(b"before"))
        assert reader.read() == b"before"


def test_a_file_that_changed_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "todo.txt"
    path.write_bytes(b"mine")
    with pytest.raises(Replaced):
        replace(path, b"theirs", version(b"older"))
    assert path.read_bytes() == b"mine"
    assert [one.name for one in tmp_path.iterdir()] == ["todo.txt"]


def test_a_file_that_is_read_only_or_gone_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "todo.txt"
    path.write_bytes(b"before")
    path.chmod(0o444)
    with pytest.raises(Unreadable, match="read-only"):
        replace(path, b"after", version(b"before"))
    path.unlink()
    with pytest.raises(Unreadable, match="no such file"):
        replace(path, b"after", version(b"before"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to somebody else")
def test_the_owner_stays_the_owner(tmp_path: Path) -> None:
    path = tmp_path / "todo.txt"
    path.write_bytes(b"before")
    os.chown(path, 1234, 4321)
    replace(path, b"after", version(b"before"))
    assert (path.stat().st_uid, path.stat().st_gid) == (1234, 4321)
