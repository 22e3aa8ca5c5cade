"""Runs over NATS: taskiq tasks on a JetStream work queue, done by whichever worker is free.

A message is the key of a run and no more: the rows say what is to be done and whether it was. So the queue may lose or
double what it likes, and the planner sends again what it sees is open.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from oo.kernel.jobs.here import AT_ONCE
from oo.kernel.jobs.runs import Key
from oo.kernel.log import get_logger

if TYPE_CHECKING:
    from nats.aio.msg import Msg
    from taskiq import AckableMessage
    from taskiq_nats import PullBasedJetStreamBroker

STREAM, SUBJECT, DURABLE, TASK = "JOBS", "oo.jobs.v1", "workers", "oo.run"
ACK_WAIT_SECONDS = 15.0
"""A worker that is silent for so long is dead, and what it did is done by another; a living one says so in between."""
DELIVERIES = 5
MAX_AGE_SECONDS = 3600.0
"""What nobody could do is kept in the queue this long; its row says why, and is given up."""
_FETCH_SECONDS, _PAUSE_SECONDS, _GRACE_SECONDS = 5.0, 0.5, 2.0
_cut_off: ContextVar[bool] = ContextVar("oo_cut_off", default=False)
"""Whether the run of this task was ended before its end: taskiq acknowledges that, too."""

log = get_logger("queue")


class Away(Exception):
    """There is no connection to NATS now."""


class Queue:
    """A carrier to the workers of every process."""

    patience = 2 * ACK_WAIT_SECONDS

    def __init__(self, url: str, run: Callable[[Key], Awaitable[None]] | None, *, replicas: int = 1) -> None:
        """With `run` this process does runs too; without, it only sends them."""
        self._urls = [part.strip() for part in url.split(",") if part.strip()]
        self._run, self._replicas = run, replicas
        self._broker: PullBasedJetStreamBroker | None = None
        self._doing: set[asyncio.Task[Any]] = set()

    async def send(self, key: Key, *, again: int = 0) -> None:
        """Put a key into the queue, safely on return; raises `Away`, or what NATS says."""
        broker = self._broker
        task = None if broker is None else broker.find_task(TASK)
        if task is None:
            raise Away
        name = str(key) if not again else f"{key}:again{again}"
        # Labels are headers: the server drops what it was given twice.
        await task.kicker().with_task_id(name).with_labels(**{"Nats-Msg-Id": name}).kiq(str(key))

    async def idle(self) -> bool:
        """Whether nothing is in the queue or with a worker; raises `Away`."""
        if self._broker is None:
            raise Away
        info = await self._broker.js.consumer_info(STREAM, DURABLE)
        return not info.num_pending and not info.num_ack_pending

    async def work(self) -> None:
        """Stay connected, and do runs if that is this process's part, for ever; cancel to stop."""
        told = False
        while True:
            try:
                async with self._connected() as (broker, lost):
                    told = False
                    await self._at_work(broker, lost)
            except Exception as error:
                if not told:
                    log.warning("queue.away", error=type(error).__name__)
                    told = True
            await asyncio.sleep(_PAUSE_SECONDS)

    @contextlib.asynccontextmanager
    async def _connected(self) -> AsyncGenerator[tuple[PullBasedJetStreamBroker, asyncio.Event], None]:
        lost = asyncio.Event()
        broker = _broker(self._urls, self._replicas, lost)

        async def do(key: str) -> None:
            await self._do(key)

        broker.register_task(do, task_name=TASK)
        try:
            await asyncio.wait_for(broker.startup(), 10)
            self._broker = broker
            yield broker, lost
        finally:
            self._broker = None
            with contextlib.suppress(Exception):
                await broker.shutdown()

    async def _at_work(self, broker: PullBasedJetStreamBroker, lost: asyncio.Event) -> None:
        """Do runs until the connection is lost."""
        if self._run is None:
            await lost.wait()
            return
        from taskiq.acks import AcknowledgeType
        from taskiq.receiver import Receiver

        receiver = Receiver(
            broker,
            run_startup=False,
            validate_params=False,
            max_async_tasks=AT_ONCE,
            ack_type=AcknowledgeType.WHEN_EXECUTED,
        )
        ending = asyncio.Event()
        listening = asyncio.create_task(receiver.listen(ending), name="oo-queue-listening")
        waiting = asyncio.create_task(lost.wait())
        try:
            await asyncio.wait({listening, waiting}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            # What is nearly through may end; the rest is given back, so that another does it at once.
            ending.set()
            waiting.cancel()
            if not lost.is_set():
                await asyncio.wait({listening}, timeout=_GRACE_SECONDS)
            for task in (listening, *self._doing):
                task.cancel()
            await asyncio.gather(listening, waiting, *self._doing, return_exceptions=True)

    async def _do(self, key: str) -> None:
        try:
            named = Key.read(key)
        except (TypeError, ValueError):
            log.warning("run.unreadable")
            return
        task = asyncio.current_task()
        assert self._run is not None and task is not None
        self._doing.add(task)
        task.add_done_callback(self._doing.discard)
        try:
            await self._run(named)
        except asyncio.CancelledError:
            _cut_off.set(True)
            raise


def _broker(urls: list[str], replicas: int, lost: asyncio.Event) -> PullBasedJetStreamBroker:
    """A broker for one connection; its loss is told, as the client's own reconnecting would hide it."""
    from nats.errors import TimeoutError as Nothing
    from nats.js.api import AckPolicy, ConsumerConfig, RetentionPolicy, StorageType, StreamConfig
    from taskiq import AckableMessage
    from taskiq_nats import PullBasedJetStreamBroker

    class Broker(PullBasedJetStreamBroker):
        """One that keeps what is being done from being given to another."""

        async def listen(self) -> AsyncGenerator[AckableMessage, None]:
            """Messages one by one: a worker takes no more than it can do, so that all have something to do."""
            while True:
                try:
                    [message] = await self.consumer.fetch(1, timeout=_FETCH_SECONDS)
                except Nothing:
                    continue
                beating = asyncio.create_task(_beat(message), name="oo-queue-beat")
                yield AckableMessage(data=message.data, ack=_acknowledging(message, beating))

    async def closed() -> None:
        lost.set()

    return Broker(
        urls,
        subject=SUBJECT,
        stream_name=STREAM,
        durable=DURABLE,
        stream_config=StreamConfig(
            name=STREAM,
            subjects=[SUBJECT],
            retention=RetentionPolicy.WORK_QUEUE,
            storage=StorageType.FILE,
            max_age=MAX_AGE_SECONDS,
            duplicate_window=120.0,
            num_replicas=replicas,
        ),
        consumer_config=ConsumerConfig(
            durable_name=DURABLE,
            ack_policy=AckPolicy.EXPLICIT,
            ack_wait=ACK_WAIT_SECONDS,
            max_deliver=DELIVERIES,
        ),
        pull_consume_batch=1,
        name="oo-jobs",
        allow_reconnect=False,
        connect_timeout=2,
        ping_interval=5,
        max_outstanding_pings=2,
        closed_cb=closed,
        error_cb=_complaint,
    )


async def _beat(message: Msg) -> None:
    """Say that it is being done, until it is."""
    with contextlib.suppress(Exception):
        while True:
            await asyncio.sleep(ACK_WAIT_SECONDS / 3)
            await message.in_progress()


def _acknowledging(message: Msg, beating: asyncio.Task[None]) -> Callable[[], Awaitable[Any]]:
    async def acknowledge() -> None:
        beating.cancel()
        # Given back a second later: the server may hold an open request of this worker until its connection is closed.
        await (message.nak(delay=1) if _cut_off.get() else message.ack())

    return acknowledge


async def _complaint(error: Exception) -> None:
    """What the client says of its connection; by type, as its words may hold addresses."""
    log.debug("queue.client", error=type(error).__name__)
