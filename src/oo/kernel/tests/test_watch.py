"""Whether anything happened in a folder."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from oo.kernel.watch import Watch

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells what happens in folders")


def test_nothing_happens_until_something_does_and_that_is_told_once(tmp_path: Path) -> None:
    watch = Watch()
    watch.add(str(tmp_path))
    assert not watch.happened()
    for change in (
        lambda: (tmp_path / "a").write_text("x"),
        lambda: (tmp_path / "a").write_text("y"),
        lambda: (tmp_path / "a").rename(tmp_path / "b"),
        lambda: (tmp_path / "b").chmod(0o600),
        lambda: (tmp_path / "b").unlink(),
        lambda: (tmp_path / "folder").mkdir(),
    ):
        change()
        assert watch.happened()
        assert not watch.happened()


def test_reading_is_nothing(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")
    watch = Watch()
    watch.add(str(tmp_path))
    (tmp_path / "a").read_text()
    list(tmp_path.iterdir())
    assert not watch.happened()


def test_a_folder_that_was_made_anew_can_be_watched_again(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    watch = Watch()
    watch.add(str(folder))
    folder.rmdir()
    assert watch.happened()
    folder.mkdir()
    watch.add(str(folder))
    assert not watch.happened()
    (folder / "a").touch()
    assert watch.happened()


def test_what_is_no_folder_is_refused_and_nothing_is_left_behind(tmp_path: Path) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    watch = Watch()
    with pytest.raises(OSError, match="can't be watched"):
        watch.add(str(tmp_path / "nowhere"))
    del watch
    assert len(list(Path("/proc/self/fd").iterdir())) == before
