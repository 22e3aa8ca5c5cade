"""The files of one connection: what was chosen, what lies beside it, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from oo.contracts.errors import Refused, Unusable
from oo.entry.disk import DiskFiles
from oo.kernel.files import Folders

pytestmark = pytest.mark.anyio

SIBLINGS = {"todo": "done"}


async def names(files: DiskFiles) -> list[str]:
    return [Path(stat.path).name for stat in await files.list()]


@pytest.mark.parametrize(
    ("chosen", "beside"),
    [
        ("todo.txt", "done.txt"),
        ("work.todo.txt", "work.done.txt"),
        ("TODO.txt", "DONE.txt"),
        ("Todo.1.txt", "Done.1.txt"),
    ],
)
async def test_a_named_file_comes_with_its_sibling(tmp_path: Path, chosen: str, beside: str) -> None:
    for name in (chosen, "other.txt"):
        (tmp_path / name).touch()
    files = DiskFiles(tmp_path / chosen, siblings=SIBLINGS)
    assert await names(files) == [chosen]
    (tmp_path / beside).touch()
    assert await names(files) == sorted([chosen, beside])
    with pytest.raises(Refused):
        await files.read(str(tmp_path / "other.txt"))


async def test_a_folder_gives_what_matches_whatever_the_case(tmp_path: Path) -> None:
    for name in ("a.ICS", "b.ics", ".c.ics", "d.txt"):
        (tmp_path / name).touch()
    (tmp_path / "e.ics").mkdir()
    assert await names(DiskFiles(tmp_path, patterns=["*.ics"])) == ["a.ICS", "b.ics"]


async def test_a_named_file_that_is_gone_is_said_so_when_it_is_read(tmp_path: Path) -> None:
    files = DiskFiles(tmp_path / "todo.txt")
    (stat,) = await files.list()
    with pytest.raises(Unusable, match="no such file"):
        await files.read(stat.path)
    (tmp_path / "todo.txt").touch()
    assert (await files.list())[0].version != stat.version


async def test_links_that_lead_out_are_not_followed(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (tmp_path / "secret.txt").write_text("secret")
    (home / "todo.txt").symlink_to(tmp_path / "secret.txt")
    for chosen in (home, home / "todo.txt"):
        files = DiskFiles(chosen, patterns=["*.txt"], folders=Folders([home]))
        (stat,) = await files.list()
        with pytest.raises(Refused):
            await files.read(stat.path)
        with pytest.raises(Refused):
            await files.replace(stat.path, b"x", stat.version)
    assert (tmp_path / "secret.txt").read_text() == "secret"


async def test_a_change_is_seen_also_within_one_tick_of_the_clock(tmp_path: Path) -> None:
    path = tmp_path / "todo.txt"
    files = DiskFiles(path)
    seen = set()
    for number in range(100, 300):
        path.write_text(str(number))
        seen.add((await files.list())[0].version)
    assert len(seen) == 200


async def test_a_vault_gives_the_notes_of_all_its_folders(tmp_path: Path) -> None:
    for name in ("b.md", "a/z.MD", "a/b/c.md", ".trash/d.md", "a/e.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    files = DiskFiles(tmp_path, patterns=["*.md", "**/*.md"])
    before = await files.list()
    assert [stat.path for stat in before] == [str(tmp_path / name) for name in ("a/b/c.md", "a/z.MD", "b.md")]
    assert (await files.read(before[0].path)).version == before[0].version
    (tmp_path / "a/b/c.md").write_text("changed")
    after = await files.list()
    assert after[0].version != before[0].version
    assert after[1:] == before[1:]
    for other in ("a/e.txt", ".trash/d.md", "a"):
        with pytest.raises((Refused, Unusable)):
            await files.read(str(tmp_path / other))


async def test_links_in_a_vault_stay_within_what_is_allowed(tmp_path: Path) -> None:
    home, outside = tmp_path / "home", tmp_path / "outside"
    for folder in (home / "a", outside):
        folder.mkdir(parents=True)
    (outside / "secret.md").write_text("secret")
    (home / "a" / "link.md").symlink_to(outside / "secret.md")
    (home / "a" / "folder").symlink_to(outside)
    files = DiskFiles(home, patterns=["**/*.md"], folders=Folders([home]))
    (stat,) = await files.list()
    with pytest.raises(Refused):
        await files.read(stat.path)
    with pytest.raises(Refused):
        await files.read(str(home / "a" / "folder" / "secret.md"))
