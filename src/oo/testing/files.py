"""Files in memory, and the suite that they pass with every other implementation of `Files`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence

from oo.contracts.connectors import Changed, FileContent, Files, FileStat
from oo.contracts.errors import Problem, Refused, Unusable
from oo.kernel import files as disk

Open = Callable[[Mapping[str, bytes]], Files]
"""Makes the files of a connection that hold this content, by name."""


class MemoryFiles:
    """The files of one connection, in a dictionary; `unreadable` names those that can't be read, with the reason."""

    def __init__(self, content: Mapping[str, bytes] | None = None, largest: int = disk.LARGEST) -> None:
        self.content = dict(content or {})
        self.unreadable: dict[str, str] = {}
        self.largest = largest

    async def list(self) -> Sequence[FileStat]:
        """The files there are now, in the order of their paths."""
        return [
            FileStat(path, self.unreadable.get(path, "") + disk.version(data), len(data))
            for path, data in sorted(self.content.items())
        ]

    async def read(self, path: str) -> FileContent:
        """The content; raises `Unusable` with one sentence when it can't be read."""
        if path not in self.content:
            raise Refused("This is not one of the connection's files.")
        data = self.content[path]
        try:
            disk.check(data, self.largest)
        except disk.Unreadable as error:
            raise Unusable(str(error)) from error
        if path in self.unreadable:
            raise Unusable(self.unreadable[path])
        return FileContent(data, disk.version(data))

    async def replace(self, path: str, data: bytes, version: str) -> str:
        """Replace the content; raises `Changed` unless it still has `version`."""
        if (await self.read(path)).version != version:
            raise Changed
        self.content[path] = data
        return disk.version(data)


async def listing_gives_paths_in_order_with_the_version_of_their_content(open_files: Open) -> None:
    """A listing is sorted, and its versions and sizes are those of the content."""
    files = open_files({"b.txt": b"b", "a.txt": b"a"})
    stats = await files.list()
    assert [stat.path.rpartition("/")[2] for stat in stats] == ["a.txt", "b.txt"]
    for stat in stats:
        content = await files.read(stat.path)
        assert (content.version, len(content.data)) == (stat.version, stat.size)


async def replacing_writes_the_whole_content_and_gives_its_version(open_files: Open) -> None:
    """What was written is what is read, to the byte."""
    files = open_files({"a.txt": b"before"})
    path = (await files.list())[0].path
    version = await files.replace(path, b"after\r\n\xff", (await files.read(path)).version)
    assert await files.read(path) == FileContent(b"after\r\n\xff", version)
    assert (await files.list())[0].version == version


async def replacing_another_version_changes_nothing(open_files: Open) -> None:
    """Who read an older version writes nothing."""
    files = open_files({"a.txt": b"before"})
    path = (await files.list())[0].path
    old = (await files.read(path)).version
    await files.replace(path, b"meanwhile", old)
    await _raises(Changed, files.replace(path, b"mine", old))
    assert (await files.read(path)).data == b"meanwhile"


async def equal_content_has_an_equal_version(open_files: Open) -> None:
    """A version is of the content, not of the time."""
    first, second = open_files({"a.txt": b"same"}), open_files({"a.txt": b"same"})
    assert (await first.list())[0].version == (await second.list())[0].version


async def what_was_not_chosen_is_out_of_reach(open_files: Open) -> None:
    """Files beside the chosen ones can be neither read nor written."""
    files = open_files({"a.txt": b"a"})
    path = (await files.list())[0].path
    for other in (path.replace("a.txt", "z.txt"), "/etc/passwd", path + "/../secret.txt"):
        await _raises(Problem, files.read(other))
        await _raises(Problem, files.replace(other, b"x", "0-0"))


async def what_is_no_text_is_refused_in_one_sentence(open_files: Open) -> None:
    """The sentence says why, and names no path."""
    for data in (bytes(range(256)) * 8, "Zettel\r\n".encode("utf-16")):
        files = open_files({"a.txt": data})
        path = (await files.list())[0].path
        problem = await _raises(Unusable, files.read(path))
        assert problem.detail.endswith(".")
        assert path not in problem.detail


async def what_is_too_large_is_refused(open_files: Open) -> None:
    """There is a limit."""
    files = open_files({"a.txt": b"a" * (disk.LARGEST + 1)})
    await _raises(Unusable, files.read((await files.list())[0].path))


CHECKS: tuple[Callable[[Open], Awaitable[None]], ...] = (
    listing_gives_paths_in_order_with_the_version_of_their_content,
    replacing_writes_the_whole_content_and_gives_its_version,
    replacing_another_version_changes_nothing,
    equal_content_has_an_equal_version,
    what_was_not_chosen_is_out_of_reach,
    what_is_no_text_is_refused_in_one_sentence,
    what_is_too_large_is_refused,
)
"""The suite; each check is given a way to open files and fails by an assertion."""


async def _raises(kind: type[Problem], doing: Awaitable[object]) -> Problem:
    try:
        await doing
    except kind as problem:
        return problem
    raise AssertionError(f"{kind.__name__} was expected")
