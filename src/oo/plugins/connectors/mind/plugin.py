"""The connector of what a person has on their mind; its document lives in the source's files as `mind.json`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime

from oo.contracts.connectors import Action, Batch, Changed, Source, Unread, Unsupported
from oo.contracts.ids import Ref
from oo.contracts.items import Facts, Item
from oo.plugins.connectors.mind.document import PATH, Thing, done, edited, read, write

_FORMAT = "mind.1"
"""Part of every cursor: another reading of the same bytes makes everything new."""


class Mind:
    """Reads the document, marks things done, and edits it as a whole (`contracts.connectors.Document`)."""

    path = PATH

    async def pull(self, source: Source, cursor: str | None) -> Batch | None:
        """Everything that is there now, or None when nothing changed since the cursor."""
        stats = await source.files.list() if source.files else ()
        fresh = _hash(_FORMAT, *(stat.version for stat in stats if stat.path == PATH))
        if cursor == fresh:
            return None
        try:
            things = read((await _content(source))[0])
        except ValueError as error:
            return Batch(fresh, unread=(Unread(PATH, 0, str(error)),))
        return Batch(fresh, tuple(_item(source, thing) for thing in things))

    async def read(self, source: Source, refs: Sequence[Ref]) -> list[Item]:
        """The named things with their words; missing ones are left out."""
        batch = await self.pull(source, None)
        wanted = set(refs)
        return [item for item in batch.items if item.facts.ref in wanted] if batch else []

    async def act(self, source: Source, action: Action) -> None:
        """Mark a thing done; `Changed` when it is gone, done, or has other words now."""
        if action.verb != "complete":
            raise Unsupported
        data, version = await _content(source)
        try:
            things = read(data)
        except ValueError as error:
            raise Changed from error
        thing = next((thing for thing in things if source.ref(_key(source, thing)) == action.ref), None)
        if thing is None or thing.done is not None or _version(thing) != action.version or source.files is None:
            raise Changed
        await source.files.replace(PATH, write(done(things, thing.id, source.now)), version)

    def open_things(self, document: bytes | None) -> list[str]:
        """The words of the open things, in their order; none for a missing or unreadable document."""
        return [thing.text for thing in _readable(document) if thing.done is None]

    def edit(self, document: bytes | None, things: Sequence[str], now: datetime, new_id: Callable[[], str]) -> bytes:
        """The document with just these open things; where words stay, so does the identity, and done ones stay done."""
        return write(edited(_readable(document), things, now, new_id))


async def _content(source: Source) -> tuple[bytes | None, str]:
    if source.files is None or PATH not in {stat.path for stat in await source.files.list()}:
        return None, ""
    content = await source.files.read(PATH)
    return content.data, content.version


def _readable(document: bytes | None) -> tuple[Thing, ...]:
    try:
        return read(document)
    except ValueError:
        return ()


def _item(source: Source, thing: Thing) -> Item:
    facts = Facts(
        ref=source.ref(_key(source, thing)),
        version=_version(thing),
        state="open" if thing.done is None else "done",
        added=thing.added,
        finished=thing.done,
    )
    return Item(facts, thing.text)


def _key(source: Source, thing: Thing) -> str:
    return _hash(source.connection, thing.id)


def _version(thing: Thing) -> str:
    return _hash(thing.text, str(thing.done))


def _hash(*parts: str) -> str:
    return hashlib.blake2b("\0".join(parts).encode(errors="surrogatepass"), digest_size=10).hexdigest()


plugin = Mind()
