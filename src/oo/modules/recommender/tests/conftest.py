"""A recommender between a made-up inventory and a made-up profile, on a real database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from pathlib import Path
from types import SimpleNamespace

import pytest

from oo.contracts.ids import Ref, UserId
from oo.contracts.items import Busy, Facts, facts_text
from oo.contracts.manifests import PolicyManifest
from oo.contracts.profiles import Profile, Profiles
from oo.contracts.sources import ConnectorView, Inventory, Sources, Stocked, Wording
from oo.contracts.tips import Tips
from oo.kernel.plugins import discover
from oo.modules.recommender import module
from oo.testing.determinism import FixedClock
from oo.testing.rooms import Room, room
from oo.testing.unknown import unknown

USER = UserId("lena")
NOW = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)
"""A Wednesday."""


@dataclass
class Shelf:
    """What the person has, as a test arranges it."""

    facts: list[Facts] = field(default_factory=list)
    busy: list[Busy] = field(default_factory=list)
    profile: Profile = field(default_factory=lambda: Profile(zone="Europe/Berlin", day_ends_at=time(3, 0)))
    titles: dict[str, str] = field(default_factory=dict)
    lost: set[str] = field(default_factory=set)
    """Refs whose words can't be had any more."""
    connected: tuple[str, str] | None = None
    """Connector and name of the one connection there is, when its name matters."""
    changed: bool = False
    """Something changed since the last look: a glance reads it, and its event is not handed on yet."""

    def put(self, key: str, title: str = "Send Lena the signed lease", **facts: object) -> Ref:
        """Add an open task."""
        ref = Ref(f"c1:{key}")
        self.titles[ref] = title
        self.facts.append(Facts(ref, version="v1", **facts))  # type: ignore[arg-type]
        return ref

    async def inventory(self, *, user: UserId) -> Inventory:
        return Inventory(tuple(self.facts), tuple(self.busy), connected=1)

    async def stocks(self, *, users: Collection[UserId]) -> dict[UserId, Stocked]:
        facts = tuple(facts_text(one) for one in self.facts if one.state == "open")
        return dict.fromkeys(users, Stocked(facts, tuple(self.busy), connected=1))

    async def glance(self, *, user: UserId, ref: Ref | None = None) -> bool:
        read, self.changed = self.changed, False
        return read

    async def item(self, *, user: UserId, ref: Ref) -> Facts | None:
        return next((facts for facts in self.facts if facts.ref == ref), None)

    async def wordings(self, *, user: UserId, refs: Sequence[Ref]) -> dict[Ref, Wording]:
        return {
            ref: Wording(ref, self.titles[ref], None, "todo.txt", "todotxt", None, True)
            for ref in refs
            if ref in self.titles and ref not in self.lost
        }

    async def connections(self, *, user: UserId) -> list[object]:
        return [] if self.connected is None else [SimpleNamespace(connector=self.connected[0], name=self.connected[1])]

    async def connectors(self) -> list[ConnectorView]:
        return [
            ConnectorView("todotxt", "todo.txt", "", "files"),
            ConnectorView("mind", "On your mind", "", "document"),
        ]

    async def get(self, *, user: UserId) -> Profile:
        return self.profile

    async def get_all(self, *, users: Collection[UserId]) -> dict[UserId, Profile]:
        return dict.fromkeys(users, self.profile)

    async def chosen(self, *, user: UserId) -> dict[str, datetime]:
        return {}


@dataclass
class Stage:
    """The recommender, what it stands on, and its clock."""

    tips: Tips
    shelf: Shelf
    clock: FixedClock
    room: Room


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    shelf, clock = Shelf(), FixedClock(NOW)
    policies = discover("policies", PolicyManifest.model_validate).plugins
    needs: dict[type, object] = {Sources: shelf, Profiles: shelf, **unknown()}
    async with room(tmp_path, module, needs=needs, plugins={"policies": policies}, clock=clock) as made:
        made.kit.keys.create(USER)
        yield Stage(made.promise(Tips), shelf, clock, made)
