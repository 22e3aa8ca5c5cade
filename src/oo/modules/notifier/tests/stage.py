"""A notifier on a real database, between made-up rooms, with a channel that writes down what it is handed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from oo.contracts.channels import Address, Desk, Message, Receipt
from oo.contracts.consents import CONSENTS, Consents
from oo.contracts.contexts import Contexts
from oo.contracts.decisions import Topic
from oo.contracts.deliveries import Deliveries, DeviceView
from oo.contracts.events import TipReacted
from oo.contracts.experiments import Experiments
from oo.contracts.ids import DecisionId, Ref, UserId
from oo.contracts.items import Busy
from oo.contracts.knowledge import Knowledge, Known
from oo.contracts.manifests import ChannelManifest
from oo.contracts.profiles import Profile, Profiles
from oo.contracts.serving import Standing
from oo.contracts.sources import Inventory, Sources
from oo.contracts.tips import Evidence, Moment, Outcome, Reaction, Recommendation, SilenceView, Tip, Tips
from oo.kernel.db import Transaction
from oo.kernel.plugins import Plugin
from oo.modules.notifier import module
from oo.modules.notifier.planned import point_row
from oo.modules.notifier.repository import moments
from oo.modules.notifier.tables import deliveries, points, pushes
from oo.testing.determinism import FixedClock
from oo.testing.rooms import Promises, Room, room

USER = UserId("lena")
NOW = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)
"""A Wednesday, ten in the morning in Berlin."""


@dataclass
class Recording:
    """A channel whose device is in this process."""

    handed: list[Message] = field(default_factory=list)
    to: list[str] = field(default_factory=list)
    taken_back: list[Message] = field(default_factory=list)
    receipt: Callable[[Message], Receipt] = lambda message: Receipt("delivered")
    slow: asyncio.Event | None = None

    def check(self, values: Mapping[str, str], desk: Desk) -> Mapping[str, str]:
        """What was given."""
        return {**values, "key": values["key"]}

    async def deliver(self, message: Message, address: Address) -> Receipt:
        """Write it down."""
        if self.slow is not None:
            await self.slow.wait()
        self.handed.append(message)
        self.to.append(address.values["key"])
        return self.receipt(message)

    async def withdraw(self, message: Message, address: Address) -> Receipt:
        """Write that down."""
        self.taken_back.append(message)
        return Receipt("delivered")


@dataclass
class Rooms:
    """What the other rooms say, as a test arranges it."""

    profile: Profile = field(default_factory=lambda: Profile(zone="Europe/Berlin"))
    busy: list[Busy] = field(default_factory=list)
    contexts: set[str] = field(default_factory=set)
    said: list[Known] = field(default_factory=list)
    tip: Tip | None = None
    reactions: list[Reaction] = field(default_factory=list)
    coins: list[tuple[float, bool]] = field(default_factory=list)
    granted_: set[str] = field(default_factory=lambda: {key for key, given in CONSENTS.items() if given})

    async def get(self, *, user: UserId) -> Profile:
        return self.profile

    async def inventory(self, *, user: UserId) -> Inventory:
        return Inventory((), tuple(self.busy), connected=1)

    async def granted(self, *, user: UserId) -> frozenset[str]:
        return frozenset(self.granted_)

    async def standing(self, *, user: UserId, busy: Sequence[Busy] = ()) -> Standing:
        return Standing(contexts=frozenset(self.contexts))

    async def known(self, *, user: UserId) -> list[Known]:
        return self.said

    async def recommend(self, *, user: UserId) -> Recommendation:
        if self.tip is None:
            return Recommendation(None, SilenceView("nothing-right", "Nothing."), 0)
        return Recommendation(self.tip, None, 1)

    async def react(self, *, user: UserId, reaction: Reaction) -> Outcome:
        repeated = any(one.key == reaction.key for one in self.reactions)
        self.reactions.append(reaction)
        return Outcome(reaction.action, None, repeated)

    async def moments(self, *, user: UserId) -> list[Moment]:
        return [Moment("evening", NOW + timedelta(hours=9))]

    async def toss(self, *, user: UserId, probability: float, sent: bool) -> None:
        self.coins.append((probability, sent))


@dataclass
class Stage:
    """The notifier, what it stands on, and its clock."""

    notifier: Deliveries
    rooms: Rooms
    channel: Recording
    clock: FixedClock
    room: Room

    async def job(self, name: str) -> None:
        """Do what the clock says, once."""
        await next(job for job in self.room.built.jobs if job.name == f"notifier.{name}").run()

    def worker(self) -> Mapping[str, Any]:
        """Another worker on the same database: its jobs by name."""
        built = module.build(self.room.kit, Promises(needs_of(self.rooms)))
        return {job.name.partition(".")[2]: job.run for job in built.jobs}

    async def device(self, key: str = "phone", zone: str = "Europe/Berlin", channel: str = "recording") -> DeviceView:
        """Let a device in, a quarter of an hour ago: nobody is looking at it."""
        device = await self.notifier.subscribe(
            user=USER, channel=channel, values={"key": key}, name=f"The {key}", zone=zone
        )
        self.clock.advance(timedelta(minutes=15))
        self.stand()
        return device

    def stand(self, number: int = 1, topic: Topic = "overdue", hours: float = 4.0) -> Tip:
        """Let a tip stand."""
        self.rooms.tip = Tip(
            id=DecisionId(f"tip-{number}"),
            kind="task",
            content="Call the plumber.",
            why="It is late by two days.",
            evidence=(Evidence("todo.txt", Ref(f"c1:{number}"), "Call the plumber"),),
            expires_at=self.clock.now() + timedelta(hours=hours),
            topic=topic,
            source_name="todo.txt",
        )
        return self.rooms.tip

    async def point(self, kind: str = "after-meeting", user: UserId = USER) -> str:
        """Let a moment be due now; its id."""
        ids, now = self.room.kit.ids, self.clock.now()
        row = point_row(ids, user, kind, f"m{ids.new()}", now, now.toordinal())
        await self.room.kit.db.write(lambda tx: moments.add_point(tx, row))
        return str(row["id"])

    async def decide(self, kind: str = "after-meeting") -> Any:
        """Decide what is due, then one moment now; its row."""
        await self.job("decide")
        point = await self.point(kind)
        await self.job("decide")
        return next(row for row in await self.points() if row.id == point)

    async def until_sent(self, tries: int = 400) -> Any:
        """Decide one moment after the other until one is worth it; its row."""
        before = len(await self.pushes())
        for _ in range(tries):
            row = await self.decide()
            if len(found := await self.pushes()) > before:
                return next(one for one in await self.points() if one.id == found[-1].point_id)
            assert row.reason in ("kept-silent", "held-out", "same-moment"), row.reason
        raise AssertionError("nothing was worth it")

    async def points(self) -> list[Any]:
        """Every decision point, in order."""
        return await self._all(points, points.c.id)

    async def pushes(self) -> list[Any]:
        """Every push."""
        return await self._all(pushes, pushes.c.id)

    async def deliveries(self) -> list[Any]:
        """The delivery log."""
        return await self._all(deliveries, deliveries.c.id)

    async def reacted(self, action: str = "done", tip: str = "tip-1") -> None:
        """Hear of a reaction."""
        await self.room.deliver(USER, TipReacted(tip=tip, action=action, ref="c1:1"))

    async def _all(self, table: Any, order: Any) -> list[Any]:
        from sqlalchemy import select

        def rows(tx: Transaction) -> list[Any]:
            return list(tx.execute(select(table).order_by(order)).all())

        return await self.room.kit.db.read(rows)


def plugin(id: str, code: object, **manifest: Any) -> Plugin[Any]:
    """A channel as if it had been found."""
    said = ChannelManifest(name=id.title(), summary="For tests.", version="1.0.0", **{"reaches": "device", **manifest})
    return cast("Plugin[Any]", SimpleNamespace(id=id, seam="channels", manifest=said, load=lambda: code))


@asynccontextmanager
async def staged(
    folder: Path, clock: FixedClock | None = None, more: Mapping[str, Plugin[Any]] | None = None, **settings: Any
) -> Any:
    """A stage on a fresh database; `more` are channels beside its own."""
    clock = clock or FixedClock(NOW)
    _key(folder)
    rooms, channel = Rooms(), Recording()
    channels = {
        "recording": plugin("recording", channel, minutes_between=0, a_day=20),
        "asking": plugin("asking", channel, confirms=True, reaches="inbox"),
        "missing": plugin("missing", channel, settings=("smtp_url",), needs=("smtp_url",)),
        **(more or {}),
    }
    async with room(
        folder, module, needs=needs_of(rooms), plugins={"channels": channels}, clock=clock, **settings
    ) as made:
        made.kit.keys.create(USER)
        yield Stage(made.promise(Deliveries), rooms, channel, clock, made)


def needs_of(rooms: Rooms) -> dict[type, object]:
    """The made-up rooms as the promises that they keep."""
    return dict.fromkeys((Tips, Profiles, Sources, Consents, Contexts, Knowledge, Experiments), rooms)


def _key(folder: Path) -> None:
    """An instance key with which no day of this November is drawn to be silent, or to go by random slots."""
    path = folder / "instance.key"
    if not path.exists():
        path.write_bytes(b"\x01" * 32)
        path.chmod(0o600)
