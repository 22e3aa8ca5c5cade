"""Stand-ins for the rooms behind the pages: small, in memory, with the rules that pages lean on."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from typing import Any, Literal

from oo.contracts.accounts import Identity, NewSession, Person, SessionView
from oo.contracts.connectors import Unread
from oo.contracts.decisions import WITHOUT_TASK
from oo.contracts.errors import Conflict, Invalid, LinkUsed, NotFound, Refused, TooLate, Unusable
from oo.contracts.ids import ConnectionId, DecisionId, HoldId, Ref, SessionId, UserId
from oo.contracts.items import Facts
from oo.contracts.profiles import Profile
from oo.contracts.sources import (
    ConnectionView,
    ConnectorView,
    FolderView,
    Inventory,
    KeptFile,
    Receipt,
    Stocked,
    Wording,
)
from oo.contracts.thoughts import thought_ref
from oo.contracts.tips import (
    Evidence,
    HoldView,
    Moment,
    Outcome,
    Reaction,
    Recommendation,
    SilenceView,
    Tip,
    Undoable,
)
from oo.kernel.clock import Clock

LENA = UserId("lena")
MILO = UserId("milo")
SESSION = SessionId("session-1")
HOLD_SECONDS = 80


def tip_of(text: str, clock: Clock, **changes: Any) -> Tip:
    """A task as a tip."""
    tip = Tip(
        id=DecisionId(f"d-{text[:4]}"),
        kind="task",
        content=text,
        why="It was due yesterday, and you are free until 14:00.",
        evidence=(Evidence("todotxt", Ref("c1:1"), text),),
        expires_at=clock.now() + timedelta(hours=4),
        topic="overdue",
        source_name="todo.txt",
        where="https://example.org/task/1",
    )
    return replace(tip, **changes)


def thought_of(kind: Any, text: str, clock: Clock, **changes: Any) -> Tip:
    """Advice or an insight as a tip: of an agent, and about no task."""
    evidence = Evidence("momentum", thought_ref("momentum"), "A strong day: 6 done, 3 is normal.")
    tip = Tip(
        id=DecisionId("thought"),
        kind=kind,
        content=text,
        why="Momentum saw it in what you let oO read.",
        evidence=(evidence,),
        expires_at=clock.now() + timedelta(hours=4),
        topic=kind,
        source_name="Momentum",
    )
    return replace(tip, **changes)


@dataclass
class StandInTips:
    """Tips in a row; a reaction takes the first away and undo brings it back."""

    clock: Clock
    undo_seconds: float = 8
    queue: list[Tip] = field(default_factory=list)
    silence: SilenceView = field(default_factory=lambda: SilenceView("all-done", "Nothing is open in todo.txt."))
    reactions: dict[str, Reaction] = field(default_factory=dict)
    done: dict[DecisionId, tuple[Tip, Undoable, datetime]] = field(default_factory=dict)
    was_seen: list[DecisionId] = field(default_factory=list)
    holds: int = 0
    kept: list[HoldView] = field(default_factory=list)

    async def recommend(self, *, user: UserId) -> Recommendation:
        if self.queue:
            return Recommendation(self.queue[0], None, len(self.queue))
        return Recommendation(None, self.silence, 0)

    async def react(self, *, user: UserId, reaction: Reaction) -> Outcome:
        if reaction.key in self.reactions:
            return Outcome(reaction.action, await self.undoable(user=user, tip=reaction.tip), repeated=True)
        if reaction.action == "undo":
            if reaction.tip not in self.done:
                raise Conflict("There is nothing to undo.")
            if await self.undoable(user=user, tip=reaction.tip) is None:
                raise TooLate
            self.queue.insert(0, self.done.pop(reaction.tip)[0])
            self.reactions[reaction.key] = reaction
            return Outcome("undo", None)
        if reaction.tip in self.done:
            raise Conflict
        tip = next((tip for tip in self.queue if tip.id == reaction.tip), None)
        if tip is None:
            raise NotFound
        if reaction.action == "snooze" and (reaction.until is None or reaction.until <= self.clock.now()):
            raise Invalid("A moment to come back at lies ahead.")
        if reaction.action == "snooze" and tip.kind == "insight":
            raise Invalid("An insight can't be put off: there is nothing to do later. Answer done or dismiss.")
        self.reactions[reaction.key] = reaction
        self.queue.remove(tip)
        until = self.clock.now() + timedelta(seconds=self.undo_seconds)
        undoable = Undoable(
            tip.id,
            reaction.action,
            tip.kind,
            until,
            tip.source_name,
            tip.kind not in WITHOUT_TASK,
            reaction.until,
            reaction.scope,
        )
        self.done[tip.id] = (tip, undoable, self.clock.now() + timedelta(seconds=HOLD_SECONDS))
        return Outcome(reaction.action, undoable)

    async def hold_undo(self, *, user: UserId, tip: DecisionId) -> Undoable:
        held = await self.undoable(user=user, tip=tip)
        if held is None:
            raise TooLate
        self.holds += 1
        kept, _, last = self.done[tip]
        until = max(held.open_until, min(self.clock.now() + timedelta(seconds=self.undo_seconds), last))
        self.done[tip] = (kept, replace(held, open_until=until), last)
        return self.done[tip][1]

    async def undoable(self, *, user: UserId, tip: DecisionId) -> Undoable | None:
        found = self.done.get(tip)
        return found[1] if found and found[1].open_until > self.clock.now() else None

    async def seen(self, *, user: UserId, tip: DecisionId, surface: str) -> None:
        self.was_seen.append(tip)

    async def moments(self, *, user: UserId) -> list[Moment]:
        now = self.clock.now()
        return [
            Moment("after-meeting", now + timedelta(hours=4)),
            Moment("evening", now + timedelta(hours=9)),
            Moment("morning", now + timedelta(hours=22)),
            Moment("next-week", now + timedelta(hours=94)),
        ]

    async def held(self, *, user: UserId) -> list[HoldView]:
        return self.kept

    async def allow(self, *, user: UserId, hold: HoldId) -> None:
        if not any(kept.id == hold for kept in self.kept):
            raise NotFound
        self.kept = [kept for kept in self.kept if kept.id != hold]


@dataclass
class StandInAccounts:
    """One person with one link."""

    clock: Clock
    links: set[str] = field(default_factory=lambda: {"good-link"})
    open: set[str] = field(default_factory=lambda: {"good"})
    admin: bool = True
    agreed: bool = True

    async def owner_link(self) -> str:
        return "good-link"

    async def invite(self, *, name: str) -> str:
        return "good-link"

    async def redeem(self, *, token: str, device: str) -> NewSession:
        if token not in self.links:
            raise LinkUsed
        self.links.remove(token)
        return NewSession(LENA, "good", self.clock.now() + timedelta(days=30), first=True)

    async def authenticate(self, *, cookie: str) -> Identity | None:
        user = MILO if cookie == "milos" else LENA
        identity = Identity(user, SESSION, self.admin, "token-of-the-session", agreed=self.agreed)
        return identity if cookie in self.open else None

    async def sign_out(self, *, user: UserId, session: SessionId) -> None:
        if session != SESSION:
            raise NotFound
        self.open.clear()

    async def agree(self, *, identity: Identity) -> None:
        self.agreed = True

    async def sessions(self, *, identity: Identity) -> list[SessionView]:
        now = self.clock.now()
        return [
            SessionView(SESSION, "Firefox on Linux", now, now, True),
            SessionView(SessionId("session-2"), "Safari on iPhone", now, now - timedelta(days=1), False),
        ]

    async def person(self, *, user: UserId) -> Person:
        return Person(user, "Lena", "owner", self.clock.now())

    async def people(self) -> list[Person]:
        return [await self.person(user=LENA)]


@dataclass
class StandInProfiles:
    """One profile."""

    profile: Profile = field(default_factory=lambda: Profile(zone="Europe/Berlin"))

    async def get(self, *, user: UserId) -> Profile:
        return self.profile

    async def get_all(self, *, users: Collection[UserId]) -> dict[UserId, Profile]:
        return dict.fromkeys(users, self.profile)

    async def chosen(self, *, user: UserId) -> dict[str, datetime]:
        return {}

    async def change(self, *, user: UserId, values: Mapping[str, str]) -> Profile:
        reads: dict[str, Any] = {
            "low_light": lambda text: text == "true",
            "single_keys": lambda text: text == "true",
            "undo_seconds": int,
            "day_ends_at": time.fromisoformat,
        }
        self.profile = replace(self.profile, **{name: reads.get(name, str)(text) for name, text in values.items()})
        return self.profile


@dataclass
class StandInSources:
    """A todo.txt, and things on a mind."""

    clock: Clock
    things: list[str] = field(default_factory=list)
    state: Literal["first", "works", "slow", "reconnect", "paused"] = "works"
    name: str = "todo.txt"
    problem: str | None = None
    read: timedelta = timedelta(minutes=2)
    """How long ago."""
    gone: bool = False
    uploaded: KeptFile | None = None
    stock: Inventory = field(default_factory=Inventory)
    words: dict[Ref, Wording] = field(default_factory=dict)

    async def inventory(self, *, user: UserId) -> Inventory:
        return self.stock

    async def stocks(self, *, users: Collection[UserId]) -> dict[UserId, Stocked]:
        return dict.fromkeys(users, Stocked())

    async def glance(self, *, user: UserId, ref: Ref | None = None) -> bool:
        return False

    async def item(self, *, user: UserId, ref: Ref) -> Facts | None:
        return None

    async def wordings(self, *, user: UserId, refs: Sequence[Ref]) -> dict[Ref, Wording]:
        return {ref: self.words[ref] for ref in refs if ref in self.words}

    async def connections(self, *, user: UserId) -> list[ConnectionView]:
        return [] if self.gone else [await self.connection(user=user, connection=ConnectionId("c1"))]

    async def connection(self, *, user: UserId, connection: ConnectionId) -> ConnectionView:
        if connection != "c1" or self.gone:
            raise NotFound
        return ConnectionView(
            id=connection,
            connector="todotxt",
            name=self.uploaded.name if self.uploaded else self.name,
            detail="" if self.uploaded else "/home/lena/todo.txt",
            kept=self.uploaded is not None,
            state=self.state,
            open=41,
            read_at=self.clock.now() - self.read,
            problem=self.problem,
            reads="Titles, dates, projects, what you finish",
            writes="Only “done”, 8 seconds after you say it",
            keeps="Counts and times; titles for a day",
            since=self.clock.now() - timedelta(days=49),
            unread=(Unread("/home/lena/todo.txt", 12, "The date 2026-13-40 does not exist."),),
        )

    async def connectors(self) -> list[ConnectorView]:
        return [
            ConnectorView("todotxt", "todo.txt", "Tasks in a todo.txt file", "files"),
            ConnectorView("ics", "Calendar file", "Busy times and tasks of iCalendar files (.ics).", "files"),
            ConnectorView("mind", "On your mind", "Things you write down here", "document"),
        ]

    async def begin_account(self, *, user: UserId, session: SessionId, connector: str, origin: str) -> str:
        raise Refused

    async def finish_account(
        self, *, user: UserId, session: SessionId, connector: str, answer: Mapping[str, str]
    ) -> ConnectionView:
        raise Refused

    async def add_address(
        self, *, user: UserId, connector: str, address: str, name: str = "", password: str = ""
    ) -> ConnectionView:
        raise NotFound

    async def delegate(self, *, user: UserId, session: SessionId, connector: str, address: str) -> str | None:
        return None

    async def delegated(self, *, user: UserId, session: SessionId, connector: str) -> ConnectionView | None:
        return None

    async def hook(self, *, connector: str, headers: Mapping[str, str], body: bytes) -> None:
        raise NotFound

    async def folder(self, *, user: UserId, path: str | None) -> FolderView:
        return FolderView("/home/lena", None, ("/home/lena/notes",), ("/home/lena/todo.txt",))

    async def add_files(self, *, user: UserId, path: str, trusted: bool = False) -> ConnectionView:
        if not path.endswith(".txt"):
            raise Unusable("No connector reads this file.")
        return await self.connection(user=user, connection=ConnectionId("c1"))

    async def upload(self, *, user: UserId, name: str, data: bytes) -> ConnectionView:
        if not name.endswith(".txt"):
            raise Unusable("No connector reads this file.")
        self.uploaded = KeptFile(name, data)
        return await self.connection(user=user, connection=ConnectionId("c1"))

    async def kept(self, *, user: UserId, connection: ConnectionId) -> KeptFile:
        if self.uploaded is None:
            raise NotFound
        return self.uploaded

    async def mind(self, *, user: UserId) -> list[str]:
        return self.things

    async def write_mind(self, *, user: UserId, things: Sequence[str]) -> None:
        self.things = [thing for thing in things if thing]

    async def read_now(self, *, user: UserId, connection: ConnectionId) -> ConnectionView:
        return await self.connection(user=user, connection=connection)

    async def disconnect(self, *, user: UserId, connection: ConnectionId) -> Receipt:
        await self.connection(user=user, connection=connection)
        self.gone = True
        return Receipt("todo.txt", self.clock.now(), 214)


@dataclass
class StandInForgetting:
    """Remembers that everything was erased."""

    clock: Clock
    erased: list[UserId] = field(default_factory=list)

    async def export(self, *, user: UserId) -> Mapping[str, Any]:
        return {"profile": {"preferences": [{"name": "zone", "value": "Europe/Berlin"}]}}

    async def erase(self, *, user: UserId) -> Receipt:
        self.erased.append(user)
        return Receipt("everything", self.clock.now(), 27)
