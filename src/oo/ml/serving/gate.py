"""In front of a model: few calls at once, one for a person, those that somebody waits for first, and never for long.

Calls are of two classes, *asked* (a person waits) and *ahead* (made beforehand). A person who asks while theirs is
waiting ahead lifts it; without that an asked call would wait behind everything made beforehand. What has no chance to
be through in time is refused at once, so that its caller does without a model rather than wait for nothing. A call made
ahead has no longer than good calls take, a few times over, and gives its place up when it has had its time and a person
waits: one that hangs keeps nobody from the model.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import Awaitable, Callable
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar, cast

from oo.ml.serving.breaker import Breaker
from oo.ml.serving.limits import SHARE, Durations, Limits

T = TypeVar("T")
Why = Literal["full", "too-late", "resting", "shed"]

ASKED, AHEAD = 0, 1
_GRACE = 1.0
"""Seconds that a call has beyond its own, before it is given up."""


class Refused(Exception):
    """The model is not asked: too many wait, it would come too late, or it is left alone for a while."""

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why: Why = why


@dataclass(slots=True)
class _Flight:
    """One call for one person, waiting or under way."""

    who: str
    call: Callable[[float], Awaitable[Any]]
    until: float
    """Later than this nobody wants its answer."""
    asked: bool
    landed: asyncio.Future[Any]
    context: Context = field(default_factory=copy_context)
    """Of whoever asked first: its call belongs to their trace, whoever lets it begin."""
    began: float | None = None
    turn: int = 0
    """Of the breaker, when it began."""
    task: asyncio.Task[None] | None = None
    gone: bool = False
    """Given up."""


@dataclass(slots=True)
class Counts:
    """What a gate did so far."""

    called: int = 0
    joined: int = 0
    lifted: int = 0
    yielded: int = 0
    """Calls made ahead that were given up for others."""
    refused: dict[str, int] = field(default_factory=dict)
    most_at_once: int = 0


class Gate:
    """Lets calls through to a model."""

    def __init__(self, monotonic: Callable[[], float], limits: Limits | None = None, breaker: Breaker | None = None):
        self._monotonic = monotonic
        self._limits = limits or Limits()
        self.breaker = breaker or Breaker(monotonic)
        self.counts = Counts()
        self._flights: dict[str, _Flight] = {}
        self._heap: list[tuple[int, int, _Flight]] = []
        self._order = itertools.count()
        self._under_way: set[asyncio.Task[None]] = set()
        self._durations = Durations(self._limits)

    async def through(
        self,
        who: str,
        call: Callable[[float], Awaitable[T]],
        *,
        asked: bool,
        seconds: float,
        well: Callable[[T], bool] = lambda _: True,
    ) -> T:
        """What `call` gives, which is told how many seconds it has; `well` says whether that speaks for the model.

        Joins the person's call that is waiting or under way. Raises `Refused`, or what the call raised. A call that its
        caller no longer waits for goes on: its answer is worth having, and its server is busy with it anyway.
        """
        flight = self._flights.get(who)
        now = self._monotonic()
        if flight is None:
            flight = self._enter(who, call, asked=asked, until=now + seconds, well=well)
        else:
            self.counts.joined += 1
            self._lift(flight, asked=asked, until=now + seconds)
            if asked and flight.began is None and self._expected(flight) > seconds:
                raise self._refuse("too-late")
        try:
            async with asyncio.timeout(seconds):
                return cast("T", await asyncio.shield(flight.landed))
        except TimeoutError:
            if flight.landed.done() and not flight.landed.cancelled() and flight.landed.exception() is not None:
                raise
            self._refuse("too-late")
            raise Refused("too-late") from None

    @property
    def waiting(self) -> dict[str, int]:
        """How many calls wait, by class."""
        asked = sum(1 for flight in self._queued() if flight.asked)
        return {"asked": asked, "ahead": len(self._queued()) - asked}

    @property
    def under_way(self) -> int:
        """How many calls are being made."""
        return len(self._under_way)

    async def close(self) -> None:
        """Give up what waits and what is under way."""
        for flight in self._queued():
            self._give_up(flight, "shed")
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    def _enter(
        self, who: str, call: Callable[[float], Awaitable[T]], *, asked: bool, until: float, well: Callable[[T], bool]
    ) -> _Flight:
        if not self.breaker.would():
            raise self._refuse("resting")
        self._make_room(asked=asked)
        if asked and self._monotonic() + self._expected() > until:
            raise self._refuse("too-late")

        async def made(seconds: float) -> T:
            try:
                found = await call(seconds)
            except asyncio.CancelledError:
                self.breaker.leave(turn=flight.turn)
                raise
            except Exception:
                self._tell(flight, well=False)
                raise
            self._tell(flight, well=well(found))
            return found

        flight = _Flight(who, made, until, asked, asyncio.get_running_loop().create_future())
        # Nobody may be left to hear of a failure; that is no unretrieved error.
        flight.landed.add_done_callback(lambda landed: None if landed.cancelled() else landed.exception())
        self._flights[who] = flight
        heapq.heappush(self._heap, (ASKED if asked else AHEAD, next(self._order), flight))
        self._next()
        self._think_of(flight)
        return flight

    def _make_room(self, *, asked: bool) -> None:
        waiting = self.waiting
        if not asked and waiting["ahead"] >= self._limits.ahead:
            raise self._refuse("full")
        if asked and sum(waiting.values()) >= self._limits.asked:
            ahead = [flight for flight in self._queued() if not flight.asked]
            if not ahead:
                raise self._refuse("full")
            self._give_up(ahead[-1], "shed")  # what is made beforehand goes first

    def _lift(self, flight: _Flight, *, asked: bool, until: float) -> None:
        flight.until = max(flight.until, until)
        if asked and not flight.asked:
            self.counts.lifted += 1
            flight.asked = True
            if flight.began is None:
                heapq.heappush(self._heap, (ASKED, next(self._order), flight))
                self._think_of(flight)

    def _expected(self, of: _Flight | None = None) -> float:
        """Seconds until a call that is asked for now (or this one, which waits) would be through."""
        before = sum(1 for flight in self._queued() if flight.asked and flight is not of)
        now = self._monotonic()
        begun = [flight.began for flight in self._begun() if flight.began is not None]
        left = sum(max(self._durations.mean - (now - began), 0.0) for began in begun) if self._busy() else 0.0
        return (left + before * self._durations.mean) / self._limits.at_once + self._durations.mean

    def _busy(self) -> bool:
        return len(self._under_way) >= self._limits.at_once

    def _queued(self) -> list[_Flight]:
        return [flight for flight in self._flights.values() if flight.began is None]

    def _next(self) -> None:
        """Begin what may begin."""
        while self._heap and not self._busy():
            _, _, flight = self._heap[0]
            if flight.began is not None or flight.gone:  # it was lifted, and stands in the heap twice
                heapq.heappop(self._heap)
                continue
            if self._monotonic() >= flight.until:
                heapq.heappop(self._heap)
                self._give_up(flight, "too-late")
                continue
            if not self.breaker.may():
                if self.breaker.state == "open":  # all that wait would only find it open
                    for each in self._queued():
                        self._give_up(each, "resting")
                return
            heapq.heappop(self._heap)
            flight.began, flight.turn = self._monotonic(), self.breaker.turn
            task = asyncio.create_task(self._make(flight), name="oo-model-call", context=flight.context)
            flight.task = task
            self._under_way.add(task)
            self.counts.called += 1
            self.counts.most_at_once = max(self.counts.most_at_once, len(self._under_way))
            task.add_done_callback(self._ended)
        if self._busy():
            self._yield()

    def _yield(self) -> None:
        """Give up one call made ahead that has had its time, where a person waits for its place or the one try does."""
        if any(flight.gone for flight in self._begun()):  # its place is free in a moment
            return
        over = [flight for flight in self._ahead() if self._had_its_time(flight) <= 0]
        if not self.waiting["asked"]:  # the try itself has the breaker's turn
            over = [flight for flight in over if self._queued() and flight.turn != self.breaker.turn]
        if over:
            over[0].gone = True
            self.counts.yielded += 1
            assert over[0].task is not None
            over[0].task.cancel()  # it lands as shed, and its end lets the next one begin

    def _think_of(self, flight: _Flight) -> None:
        """Look again for somebody who asked and has to wait, when the first call made ahead has had its time."""
        if flight.asked and flight.began is None and (ahead := self._ahead()):
            left = max(min(map(self._had_its_time, ahead)), 0.0)
            asyncio.get_running_loop().call_later(left + 0.01, self._next)

    def _had_its_time(self, flight: _Flight) -> float:
        """Seconds until a call under way has had the time that every one has."""
        assert flight.began is not None
        return flight.began + self._limits.least - self._monotonic()

    def _begun(self) -> list[_Flight]:
        return [flight for flight in self._flights.values() if flight.began is not None]

    def _ahead(self) -> list[_Flight]:
        return [flight for flight in self._begun() if not flight.asked]

    def _tell(self, flight: _Flight, *, well: bool) -> None:
        """Tell the breaker what came of a call, and learn how long good ones take."""
        assert flight.began is not None
        took = self._monotonic() - flight.began
        self._durations.ended(took, well=well, ran_out=not flight.asked and took >= self._durations.ahead)
        self.breaker.tell(well=well, turn=flight.turn)

    async def _make(self, flight: _Flight) -> None:
        assert flight.began is not None
        durations = self._durations
        seconds = durations.asked(flight.until - flight.began) if flight.asked else durations.ahead
        try:
            # The call keeps its time by itself, and says then what was wrong; this is for one that doesn't.
            async with asyncio.timeout(seconds + _GRACE) as kept:
                found = await flight.call(seconds)
        except Exception as error:
            if kept.expired():
                self._tell(flight, well=False)
            if not flight.landed.done():
                flight.landed.set_exception(self._refuse("too-late") if kept.expired() else error)
        else:
            if not flight.landed.done():
                flight.landed.set_result(found)
        finally:
            self._flights.pop(flight.who, None)
            if not flight.landed.done():
                flight.landed.set_exception(self._refuse("shed"))
            durations.mean += SHARE * (self._monotonic() - flight.began - durations.mean)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self._next()

    def _give_up(self, flight: _Flight, why: Why) -> None:
        flight.gone = True
        self._flights.pop(flight.who, None)
        if not flight.landed.done():
            flight.landed.set_exception(self._refuse(why))

    def _refuse(self, why: Why) -> Refused:
        self.counts.refused[why] = self.counts.refused.get(why, 0) + 1
        return Refused(why)
