"""What connectors of files share: names that give nothing away, titles fit to be shown, reads in slices."""

from __future__ import annotations

import hashlib
import re
from collections.abc import AsyncIterator, Callable, Sequence

from oo.contracts.connectors import Batch, FileStat, Source, Unread
from oo.contracts.errors import Refused, Unusable

SLICE = 1_000
"""Items in a slice: what is held with its words at one time."""
MOST_NOTES = 1_000
LONGEST_TITLE = 500
# Control characters would reach terminals; bidirectional overrides would make a title read as something else.
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]+")
_SURROGATES = re.compile(r"[\ud800-\udfff]")
_URL = re.compile(r"(?:https?|ftp)://(?:[^\s/@]*@)?([^\s/?#]+)\S*", re.IGNORECASE)
_LONGEST_URL = 60


def digest(*parts: str) -> str:
    """A short name for texts that must not be read from it; begin with the connection's id, so that equal texts of
    two people have different names.
    """
    return hashlib.blake2b("\0".join(parts).encode(errors="surrogatepass"), digest_size=10).hexdigest()


def clean(text: str) -> str:
    r"""The words as a title shows them: one line without control characters, long addresses cut to their host.

    >>> clean("Call\tAda  \u202eabout https://example.com/" + "a" * 80)
    'Call Ada about example.com/…'
    """
    shorter = _URL.sub(lambda url: url[0] if len(url[0]) <= _LONGEST_URL else f"{url[1]}/…", text[: 8 * LONGEST_TITLE])
    plain = " ".join(_SURROGATES.sub("\ufffd", _UNPRINTABLE.sub(" ", shorter)).split())
    return plain if len(plain) <= LONGEST_TITLE else plain[: LONGEST_TITLE - 1] + "…"


def cursor_of(reading: str, stats: Sequence[FileStat]) -> str:
    """A cursor that stands for these files as they are; `reading` names the way in which they are read."""
    return digest(reading, *(part for stat in stats for part in (stat.path, stat.version)))


class Notes:
    """What could not be read, listed once for each place, and up to `MOST_NOTES` for each file."""

    __slots__ = ("_counts", "_notes")

    def __init__(self) -> None:
        self._notes: list[Unread] = []
        self._counts: dict[str, int] = {}

    def add(self, file: str, line: int, reason: str) -> None:
        """List that something could not be read."""
        count = self._counts[file] = self._counts.get(file, 0) + 1
        if count <= MOST_NOTES:
            self._notes.append(Unread(file, line, reason))
        elif count == MOST_NOTES + 1:
            self._notes.append(Unread(file, line, "This and more of the file can't be read; it is not listed."))

    def count(self, file: str) -> int:
        """How much of a file could not be read."""
        return self._counts.get(file, 0)

    def take(self) -> tuple[Unread, ...]:
        """What was listed since this was asked last."""
        taken = tuple(self._notes)
        self._notes.clear()
        return taken


async def contents(
    source: Source, notes: Notes, order: Callable[[str], object] = str
) -> AsyncIterator[tuple[str, bytes]]:
    """Every file that can be read with its bytes, in the order of `order(path)`; the others are listed in `notes`.

    Raises the first reason (`Unusable`, `Refused`) when there are files and none of them can be read.
    """
    files = source.files
    paths = [stat.path for stat in await files.list()] if files is not None else []
    problem: Unusable | Refused | None = None
    found = False
    for path in sorted(paths, key=order):  # type: ignore[arg-type]
        try:
            content = await files.read(path)  # type: ignore[union-attr]
        except (Unusable, Refused) as error:  # refused: a link that leads out of what may be read
            notes.add(path, 0, error.detail)
            problem = problem or error
            continue
        found = True
        yield path, content.data
        del content
    if problem is not None and not found:
        raise problem


async def gather(slices: AsyncIterator[Batch]) -> Batch | None:
    """All slices of a read as the one batch that `pull` gives; None when there are none."""
    all_of_them = [batch async for batch in slices]
    if not all_of_them:
        return None
    last = all_of_them[-1]
    return Batch(
        cursor=last.cursor,
        items=tuple(item for batch in all_of_them for item in batch.items),
        busy=tuple(block for batch in all_of_them for block in batch.busy),
        gone=last.gone,
        complete=last.complete,
        unread=tuple(note for batch in all_of_them for note in batch.unread),
    )
