"""What open tasks are about: fingerprints of their titles and the groups that they form, sealed, by consent only."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from struct import pack, unpack
from typing import Any

from oo.contracts.consents import Consents
from oo.contracts.embedding import Embedding
from oo.contracts.ids import Ref, UserId
from oo.contracts.items import Facts
from oo.contracts.sources import Sources
from oo.contracts.writing import Print
from oo.engine.themes import themes
from oo.kernel.jobs import Shard, Tick
from oo.kernel.keys import KeyGone
from oo.kernel.module import Kit
from oo.ml.features import repository
from oo.ml.features.registry import TITLES
from oo.ml.features.tables import GROUPS, PRINTS

MOST = 200
"""Open tasks that are looked at, the newest; a longer list says nothing of a focus."""
PEOPLE = 100


@dataclass(frozen=True, slots=True)
class Known:
    """The fingerprints that are kept of a person's titles."""

    by: str = ""
    prints: Mapping[Ref, tuple[str, Print]] | None = None
    """By ref: the version of the task, and the fingerprint of its title."""


@dataclass(frozen=True, slots=True)
class Themes:
    """Finds what people's open tasks are about."""

    kit: Kit
    consents: Consents
    sources: Sources
    embedding: Embedding

    async def find_shard(self, shard: Shard, tick: Tick) -> int:
        """Look at the titles of a shard's people whose tasks changed; how many were looked at."""
        found, after = 0, shard.after
        while people := await self.kit.db.read(
            lambda tx, after=after: repository.themes_due(tx, after, shard.upto, PEOPLE)  # type: ignore[misc]
        ):
            for user in people:
                try:
                    await self.find(UserId(user))
                except KeyGone:  # forgotten meanwhile; erasing takes the row
                    continue
                found += 1
            after = people[-1]
        return found

    async def find(self, user: UserId) -> None:
        """Group the person's open tasks; only titles that are new or changed are looked at again."""
        if TITLES not in await self.consents.granted(user=user):
            await self.kit.db.write(lambda tx: repository.erase_of(tx, user, TITLES))
            return
        row = await self.kit.db.read(lambda tx: repository.themes_row(tx, user))
        if row is None:
            return
        cipher, now = self.kit.keys.cipher(user), self.kit.clock.now()
        known = Known() if row.prints is None else _read(cipher.open_bytes(PRINTS, row.prints))
        fresh, near = await self._prints(user, known)
        groups = themes({ref: print_ for ref, (_, print_) in (fresh.prints or {}).items()}, near)
        values = {
            "through": row.seq,
            "prints": cipher.seal_bytes(PRINTS, _written(fresh)),
            "groups": cipher.seal_bytes(GROUPS, json.dumps(groups).encode()),
            "at": now,
        }
        await self.kit.db.write(lambda tx: repository.put_themes(tx, user, values))

    async def _prints(self, user: UserId, known: Known) -> tuple[Known, float]:
        facts = _looked_at((await self.sources.inventory(user=user)).facts)
        before = known.prints or {}
        same = {one.ref: before[one.ref] for one in facts if one.ref in before and before[one.ref][0] == one.version}
        new, embedded = await self._embedded(user, [one for one in facts if one.ref not in same])
        if same and embedded[0] != known.by:  # two makers' fingerprints can't be compared
            new, embedded = await self._embedded(user, facts)
            same = {}
        return Known(embedded[0], {**same, **new}), embedded[1]

    async def _embedded(
        self, user: UserId, facts: Sequence[Facts]
    ) -> tuple[dict[Ref, tuple[str, Print]], tuple[str, float]]:
        words = await self.sources.wordings(user=user, refs=[one.ref for one in facts]) if facts else {}
        named = [one for one in facts if one.ref in words]
        found = await self.embedding.embed(texts=[words[one.ref].title for one in named])
        prints = {one.ref: (one.version, print_) for one, print_ in zip(named, found.prints, strict=True)}
        return prints, (found.by, found.near)


def _looked_at(facts: Sequence[Facts]) -> list[Facts]:
    """The open tasks that are looked at; one occurrence of a series stands for all."""
    found: dict[str, Facts] = {}
    for one in facts:
        if one.state == "open" and not one.hidden:
            found.setdefault(one.series or one.ref, one)
    newest = sorted(found.values(), key=lambda one: (str(one.added or ""), one.ref), reverse=True)
    return newest[:MOST]


def _written(known: Known) -> bytes:
    rows: dict[str, Any] = {
        ref: [version, b64encode(pack(f"{len(print_)}b", *print_)).decode()]
        for ref, (version, print_) in (known.prints or {}).items()
    }
    return json.dumps([known.by, rows], separators=(",", ":")).encode()


def _read(data: bytes) -> Known:
    by, rows = json.loads(data)
    opened = {Ref(ref): (version, b64decode(text)) for ref, (version, text) in rows.items()}
    return Known(by, {ref: (version, unpack(f"{len(raw)}b", raw)) for ref, (version, raw) in opened.items()})
