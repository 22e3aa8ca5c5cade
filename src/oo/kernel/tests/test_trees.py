"""A folder with its folders, looked at again and again."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest

from oo.kernel import trees
from oo.kernel.files import Unreadable
from oo.kernel.trees import TICK, Tree


def names(tree: Tree) -> list[str]:
    return [os.path.relpath(f"{folder.path}/{name}", tree._root) for folder in tree.look() for name in folder.files]


def tree(root: Path) -> Tree:
    return Tree(root, lambda name: name.endswith(".md"))


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    for path in ("b.md", "a.md", "deep/er/c.md", "deep/.hidden/d.md", ".obsidian/e.md", "f.txt"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("x")
    return tmp_path


def test_wanted_files_of_all_folders_are_seen_but_none_with_dot_names(vault: Path) -> None:
    assert names(tree(vault)) == ["a.md", "b.md", "deep/er/c.md"]


def test_what_cannot_have_changed_is_the_same_folder(vault: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = tree(vault)
    first = list(seen.look())
    assert not any(one is other for one, other in zip(first, seen.look(), strict=True)), "too young to tell"
    monkeypatch.setattr(trees, "TICK", -TICK)  # as if it were old
    list(seen.look())
    second = list(seen.look())
    assert all(one is other for one, other in zip(second, seen.look(), strict=True))


def test_a_change_a_new_file_and_one_that_is_gone_are_seen(vault: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trees, "TICK", 0)
    seen = tree(vault)
    before = {folder.path: folder for folder in seen.look()}
    time.sleep(0.02)
    (vault / "deep/er/c.md").write_text("y")
    (vault / "g.md").write_text("z")
    (vault / "a.md").unlink()
    after = {folder.path: folder for folder in seen.look()}
    assert after[str(vault)].files == ("b.md", "g.md")
    assert after[str(vault / "deep/er")].marks != before[str(vault / "deep/er")].marks
    assert after[str(vault / "deep")].marks == before[str(vault / "deep")].marks


def test_links_are_named_and_linked_folders_are_not_followed(vault: Path, tmp_path: Path) -> None:
    (vault / "loop").symlink_to(vault)
    (vault / "link.md").symlink_to(vault / "a.md")
    folder = next(tree(vault).look())
    assert "loop" not in folder.folders
    assert folder.links == ("link.md",)


def test_a_folder_that_is_gone_and_one_that_holds_too_much_are_said_so(
    vault: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Unreadable, match="no such folder"):
        list(tree(vault / "nowhere").look())
    monkeypatch.setattr(trees, "MOST_FILES", 2)
    with pytest.raises(Unreadable, match="more than 2 files"):
        list(tree(vault).look())


def test_while_nothing_happens_nothing_is_looked_at(vault: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trees, "TICK", -TICK)
    seen = tree(vault)
    for _ in range(2):
        list(seen.look())
    if seen._watch is None:
        pytest.skip("nobody tells what happens in folders here")
    calls: list[tuple[Any, ...]] = []
    stat = os.stat

    def counted(*args: Any, **more: Any) -> os.stat_result:
        calls.append(args)
        return stat(*args, **more)

    monkeypatch.setattr(os, "stat", counted)
    assert names(seen) == ["a.md", "b.md", "deep/er/c.md"]
    assert calls == []
    (vault / "deep/new").mkdir()
    list(seen.look())
    (vault / "deep/new/h.md").write_text("x")
    assert "deep/new/h.md" in names(seen)
    monkeypatch.setattr(trees, "TRUSTED", -1)
    calls.clear()
    list(seen.look())
    assert calls, "it is taken at its word for a while only"
