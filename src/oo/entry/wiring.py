"""The one list of modules, and who gets what: every room is built with the tools and the promises that it named."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from oo.contracts.consents import Consenting
from oo.contracts.disk import Disk
from oo.contracts.events import ProtobufCodec
from oo.contracts.forgetting import Forgetting
from oo.contracts.manifests import SEAMS
from oo.entry import backups, saving
from oo.entry.carriage import Carriage, carriage
from oo.entry.consenting import HouseConsenting
from oo.entry.forgetting import Forgetter
from oo.entry.local_disk import LocalDisk
from oo.entry.parts import Part, allowed
from oo.entry.parts import jobs as jobs_of
from oo.entry.storage import storage
from oo.kernel.chance import Chance, SystemChance
from oo.kernel.clock import Clock, SystemClock
from oo.kernel.ids import Ids, UlidIds
from oo.kernel.jobs import Jobs
from oo.kernel.log import get_logger, traceparent
from oo.kernel.module import Built, Health, Kit, Module
from oo.kernel.opening import Opener
from oo.kernel.outbox import Outbox
from oo.kernel.plugins import Plugin, discover
from oo.kernel.relay import Consumer, Relay
from oo.kernel.settings import Settings
from oo.ml.experiments import module as experiments
from oo.ml.features import module as features
from oo.ml.serving import module as serving
from oo.modules.auth import module as auth
from oo.modules.events import module as events
from oo.modules.integrations import module as integrations
from oo.modules.notifier import module as notifier
from oo.modules.ops import module as ops
from oo.modules.profile import module as profile
from oo.modules.recommender import module as recommender

MODULES: tuple[Module, ...] = (
    *(events, auth, profile, features, serving, integrations, recommender, notifier),
    *(ops, experiments),
)
"""Every room of the house."""

T = TypeVar("T")
log = get_logger("wiring")


class Promises(dict[type, object]):
    """Implementations by the protocol that they keep."""

    def __getitem__(self, promise: type[T]) -> T:
        """The implementation of a promise."""
        return cast("T", super().__getitem__(promise))


@dataclass(frozen=True, slots=True)
class House:
    """A running house: its promises, and what runs in the background."""

    kit: Kit
    promises: Promises
    rooms: Mapping[str, Built]
    carriage: Carriage
    jobs: Jobs

    @property
    def relay(self) -> Relay:
        """What hands on events."""
        return self.carriage.relay

    async def health(self) -> Mapping[str, Health]:
        """How every part is."""
        rooms = {name: await built.health() for name, built in self.rooms.items() if built.health is not None}
        failing = await self.jobs.failing()
        nats = self.carriage.health()
        carrying = {} if nats is None else {"nats": nats}
        return {**rooms, "jobs": Health(not failing, {"failing": len(failing)}), **carrying}


@contextlib.asynccontextmanager
async def house(
    settings: Settings,
    *,
    clock: Clock | None = None,
    ids: Ids | None = None,
    chance: Chance | None = None,
    background: bool = True,
    part: Part = Part.UP,
) -> AsyncIterator[House]:
    """Have the data, bring it up to date, build every room, and run what this part runs until the end.

    Without `background` nothing of it runs: nothing is read, written back or handed on that a moment's process would
    leave half done. Raises `SettingWrong` for a part that can't be where the data is.
    """
    clock = clock or SystemClock()
    allowed(settings, part)
    async with storage(settings) as kept, contextlib.AsyncExitStack() as closing:
        db, keys, codec = kept.db, kept.keys, ProtobufCodec()
        outbox = Outbox(codec, keys, clock, ids or UlidIds(clock), trace=traceparent)
        kit = Kit(db, keys, outbox, clock, ids or UlidIds(clock), chance or SystemChance(), settings, plugins())
        promises, rooms = build(kit, MODULES)
        closing.callback(close, rooms.values())
        closing.push_async_callback(end, rooms.values())
        backups.prune(settings.data, clock.now())
        saving.clear_staging(settings.data, clock.now())
        await Forgetter(kit, MODULES).keep_erased()
        consumers = [Consumer(name, built.handlers) for name, built in rooms.items() if built.handlers]
        carried = carriage(settings, db, Opener(codec, keys), clock, consumers, part.value)
        outbox.wake = carried.relay.wake
        stated = [*(job for built in rooms.values() for job in built.jobs), *backups.jobs(settings, clock)]
        works = [work for built in rooms.values() for work in built.works]
        jobs = jobs_of(settings, kit, part, stated, works)
        home = House(kit, promises, rooms, carried, jobs)
        if not background:
            yield home
            return
        async with carried.running(relay=part.relays, consumers=part.follows):
            jobs.start()
            try:
                yield home
            finally:
                await jobs.stop()


def build(kit: Kit, modules: Sequence[Module]) -> tuple[Promises, dict[str, Built]]:
    """Build every room after those whose promises it needs.

    Raises `ValueError` when needs form a cycle or nobody keeps one.
    """
    promises, rooms, waiting = Promises(), {}, list(modules)
    promises[Forgetting] = Forgetter(kit, modules)
    promises[Consenting] = HouseConsenting(promises)
    promises[Disk] = LocalDisk(kit.settings.files)
    while waiting:
        ready = [room for room in waiting if all(need in promises for need in room.needs)]
        if not ready:
            raise ValueError(f"nobody keeps what these rooms need: {', '.join(room.name for room in waiting)}")
        for room in ready:
            built = room.build(kit, Promises({need: promises[need] for need in room.needs}))
            if set(built.promises) != set(room.keeps):
                raise ValueError(f"{room.name} does not keep exactly what its door says")
            promises.update(built.promises)
            rooms[room.name] = built
            waiting.remove(room)
    return promises, rooms


async def end(rooms: Iterable[Built]) -> None:
    """Let rooms end what they still do."""
    for built in rooms:
        if built.end is not None:
            await built.end()


def close(rooms: Iterable[Built]) -> None:
    """Let rooms go of what they hold beside the database."""
    for built in rooms:
        if built.close is not None:
            built.close()


def plugins() -> dict[str, Mapping[str, Plugin[Any]]]:
    """Every plugin that was found, by seam; broken ones are logged and left out."""
    found: dict[str, Mapping[str, Plugin[Any]]] = {}
    for seam, manifest in SEAMS.items():
        all_of = discover(seam, manifest.model_validate)
        for broken in all_of.broken:
            log.warning("plugin.broken", plugin=broken.id, seam=seam)
        found[seam] = {name: plugin for name, plugin in all_of.plugins.items() if plugin.manifest.stage != "retired"}
    return found
