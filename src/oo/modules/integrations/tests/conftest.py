"""The integrations room with every connector of the house, a disk in memory and a clock that a test moves."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePath
from typing import Any

import pytest
from sqlalchemy import select

from oo.contracts.accounts import Accounts, Person
from oo.contracts.connectors import FileContent, FileStat
from oo.contracts.disk import Disk, Listing, Place
from oo.contracts.errors import NotFound, Refused, Unusable
from oo.contracts.events import Event, TipReacted
from oo.contracts.ids import UserId
from oo.contracts.items import Facts
from oo.contracts.manifests import ConnectorManifest, FileRules
from oo.contracts.profiles import Profile, Profiles
from oo.contracts.sources import ConnectionView
from oo.kernel.db import Transaction
from oo.kernel.plugins import Plugin, discover
from oo.modules.integrations import module
from oo.modules.integrations.service import Integrations
from oo.modules.integrations.tables import metadata
from oo.testing.determinism import FixedClock
from oo.testing.files import MemoryFiles
from oo.testing.rooms import Room, room

LENA, MILO = UserId("01LENA00000000000000000000"), UserId("01MILO00000000000000000000")
HOME = "/home/lena"
TODO = f"{HOME}/todo.txt"
START = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


class People:
    """Lena owns the machine, Milo is a guest."""

    async def person(self, *, user: UserId) -> Person:
        if user not in (LENA, MILO):
            raise NotFound
        return Person(user, user[2:6].title(), "owner" if user == LENA else "member", START)


class Zones:
    """Everybody lives in one zone."""

    def __init__(self) -> None:
        self.zone = "Europe/Berlin"

    async def get(self, *, user: UserId) -> Profile:
        return Profile(zone=self.zone)


class MemoryDisk:
    """A disk in a dictionary of full paths; everything below `HOME` is allowed."""

    def __init__(self) -> None:
        self.content: dict[str, bytes] = {}
        self.unreadable: dict[str, str] = {}

    async def place(self, *, path: str, trusted: bool = False) -> Place:
        if not trusted and not path.startswith(HOME):
            raise Refused
        is_folder = any(str(PurePath(name).parent) == path for name in self.content)
        if path not in self.content and not is_folder:
            raise Unusable("There is no such file or folder.")
        return Place(path, is_folder)

    async def listing(self, *, path: str | None) -> Listing:
        folder = path or HOME
        if not folder.startswith(HOME):
            raise Refused
        files = tuple(sorted(name for name in self.content if str(PurePath(name).parent) == folder))
        return Listing(folder, None, (), files)

    def files(self, *, path: str, rules: FileRules, trusted: bool = False) -> _Chosen:
        return _Chosen(self, path, rules)


class _Chosen(MemoryFiles):
    """The files of a place: itself and its siblings, or a folder's by their patterns."""

    def __init__(self, disk: MemoryDisk, path: str, rules: FileRules) -> None:
        super().__init__()
        self._disk, self._path, self._rules = disk, path, rules
        self.content, self.unreadable = disk.content, disk.unreadable

    async def list(self) -> list[FileStat]:
        stats = [stat for stat in await super().list() if self._has(stat.path)]
        if not stats and not self._is_folder():
            return [FileStat(self._path, "missing", 0)]
        return stats

    async def read(self, path: str) -> FileContent:
        if path not in self.content:
            raise Unusable("There is no such file.")
        return await super().read(path)

    def _has(self, path: str) -> bool:
        if self._is_folder():
            name = PurePath(path)
            return str(name.parent) == self._path and any(map(name.match, self._rules.patterns))
        beside = {self._path.replace(word, other) for word, other in self._rules.siblings.items()}
        return path in {self._path, *beside}

    def _is_folder(self) -> bool:
        return not PurePath(self._path).suffix


@dataclass(slots=True)
class House:
    """The room, and short ways to act on it."""

    room: Room
    service: Integrations
    disk: MemoryDisk
    people: Zones

    @property
    def clock(self) -> FixedClock:
        return self.room.clock

    async def add(self, text: str = "Call Ada\n", path: str = TODO, user: UserId = LENA) -> ConnectionView:
        self.disk.content[path] = text.encode()
        return await self.service.add_files(user=user, path=path)

    async def open(self, user: UserId = LENA) -> list[Facts]:
        return list((await self.service.inventory(user=user)).facts)

    async def titles(self, user: UserId = LENA) -> list[str]:
        refs = [facts.ref for facts in await self.open(user)]
        return sorted(wording.title for wording in (await self.service.wordings(user=user, refs=refs)).values())

    async def told(self, kind: type | None = None, user: UserId = LENA) -> list[Event]:
        events = await self.room.published(user)
        return [event for event in events if kind is None or isinstance(event, kind)]

    async def done(self, facts: Facts, tip: str = "TIP1", user: UserId = LENA) -> None:
        until = self.clock.now().replace(microsecond=0)
        self.clock.set(until)
        reacted = TipReacted(tip, "done", facts.ref, facts.version, undo_until=_in(until, 8))
        await self.room.deliver(user, reacted)

    async def pass_(self, seconds: float) -> None:
        """Let time pass and do what is due then."""
        self.clock.advance(seconds)
        await self.service.write_back()
        await self.service.look()

    async def rows(self, table: str) -> list[dict[str, Any]]:
        found = metadata.tables[f"integrations.{table}"]

        def unit(tx: Transaction) -> list[dict[str, Any]]:
            return [dict(row) for row in tx.execute(select(found)).mappings()]

        return await self.room.kit.db.read(unit)


def _in(instant: datetime, seconds: float) -> datetime:
    return datetime.fromtimestamp(instant.timestamp() + seconds, UTC)


def connectors() -> dict[str, Plugin[ConnectorManifest]]:
    """Every connector of the house."""
    return dict(discover("connectors", ConnectorManifest.model_validate).plugins)


def needs(disk: MemoryDisk, zones: Zones) -> Mapping[type, object]:
    return {Accounts: People(), Profiles: zones, Disk: disk}


@pytest.fixture
def extra() -> dict[str, Any]:
    """Connectors besides those of the house; a test module overrides it."""
    return {}


@pytest.fixture
async def house(tmp_path: Path, extra: dict[str, Any]) -> AsyncIterator[House]:
    disk, zones = MemoryDisk(), Zones()
    plugins = {"connectors": {**connectors(), **extra}}
    async with room(tmp_path, module, needs=needs(disk, zones), plugins=plugins, clock=FixedClock(START)) as built:
        for user in (LENA, MILO):
            built.kit.keys.create(user)
        (service,) = built.built.promises.values()
        assert isinstance(service, Integrations)
        yield House(built, service, disk, zones)
