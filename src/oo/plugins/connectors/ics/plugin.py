"""The calendar file connector: busy blocks and to-dos of iCalendar files, read only."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import replace

from oo.contracts.connectors import Action, Batch, Source, Unread, Unsupported
from oo.contracts.errors import Unusable
from oo.contracts.ids import Ref
from oo.contracts.items import Item
from oo.formats.ical.reader import FORMAT, batch_of


class CalendarFiles:
    """Reads events and to-dos of iCalendar files."""

    async def pull(self, source: Source, cursor: str | None) -> Batch | None:
        """Everything that is there now, or None when nothing changed since the cursor and the day is the same."""
        stats = await source.files.list() if source.files else ()
        day = source.now.date().isoformat()
        fresh = _hash(FORMAT, day, source.zone, *(part for stat in stats for part in (stat.path, stat.version)))
        return None if cursor == fresh else replace(await self._everything(source), cursor=fresh)

    async def read(self, source: Source, refs: Sequence[Ref]) -> list[Item]:
        """The named to-dos with their words; missing ones are left out."""
        wanted = set(refs)
        return [item for item in (await self._everything(source)).items if item.facts.ref in wanted]

    async def act(self, source: Source, action: Action) -> None:
        """A calendar file is never written; raises `Unsupported`."""
        raise Unsupported("A calendar file is only read. Tick it off in the app that it came from.")

    async def _everything(self, source: Source) -> Batch:
        """Read every file that can be read; raises `Unusable` when there are files and none of them can."""
        contents: dict[str, bytes] = {}
        unread: list[Unread] = []
        problem: Unusable | None = None
        for stat in await source.files.list() if source.files else ():
            try:
                contents[stat.path] = (await source.files.read(stat.path)).data  # type: ignore[union-attr]
            except Unusable as error:
                unread.append(Unread(stat.path, 0, error.detail))
                problem = problem or error
        if problem is not None and not contents:
            raise problem
        # Parsing a large calendar takes seconds, in which the process has other things to do.
        return await asyncio.to_thread(batch_of, source, contents, unread)


def _hash(*parts: str) -> str:
    return hashlib.blake2b("\0".join(parts).encode(errors="replace"), digest_size=12).hexdigest()


plugin = CalendarFiles()
