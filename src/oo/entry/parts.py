"""What a process of the house does: all of it, or on Postgres a part, beside others that do the rest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum

from oo.kernel.jobs import Carrier, Job, Jobs, Lease, Running, Work
from oo.kernel.jobs.lease import Aside, Leading
from oo.kernel.module import Kit
from oo.kernel.settings import Settings, SettingWrong


class Part(Enum):
    """The parts, as the command line names them."""

    UP = "up"
    """Everything."""
    API = "api"
    """Answers requests."""
    WORKER = "worker"
    """Follows events where there is NATS, plans, and does what the clock says."""
    RELAY = "relay"
    """Hands events on; where there is no NATS, to the rooms."""

    @property
    def relays(self) -> bool:
        """Whether it hands events on."""
        return self in (Part.UP, Part.RELAY)

    @property
    def follows(self) -> bool:
        """Whether its rooms follow events that NATS carries."""
        return self in (Part.UP, Part.WORKER)

    @property
    def works(self) -> bool:
        """Whether it plans and does what the clock says."""
        return self in (Part.UP, Part.WORKER)


def allowed(settings: Settings, part: Part) -> None:
    """Let a part be started; raises `SettingWrong` where the data lies in a file, which has one owner."""
    if part is not Part.UP and settings.database_url is None:
        raise SettingWrong(
            f"oo {part.value} works beside others, for which the data has to be on Postgres; set OO_DATABASE_URL, or "
            "start `oo up`, which does everything."
        )


def jobs(settings: Settings, kit: Kit, part: Part, stated: Sequence[Job], works: Sequence[Work]) -> Jobs:
    """What this process does by the clock, alone or with others."""
    worker = kit.ids.new()
    return Jobs(
        stated,
        works,
        kit.db,
        kit.clock,
        kit.chance,
        worker,
        leading=_leading(settings, kit, part, worker),
        carrier=_carrier(settings, part),
    )


def _leading(settings: Settings, kit: Kit, part: Part, worker: str) -> Leading | None:
    if settings.database_url is None:
        return None
    return Lease(kit.db, kit.clock, "planner", worker) if part.works else Aside()


def _carrier(settings: Settings, part: Part) -> Callable[[Running], Carrier] | None:
    """A queue for many workers where there may be many; else the planner's process does what it plans."""
    url = settings.nats_url
    if settings.database_url is None or url is None or not part.works:
        return None

    def queue(running: Running) -> Carrier:
        from oo.kernel.nats.broker import Queue

        return Queue(url.get_secret_value(), running.run, replicas=settings.nats_replicas)

    return queue
