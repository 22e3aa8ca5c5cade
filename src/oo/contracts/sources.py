"""What `integrations` promises: a person's connections, what they hold, and writing back to them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from oo.contracts.connectors import Unread
from oo.contracts.ids import ConnectionId, Ref, SessionId, UserId
from oo.contracts.items import Busy, Facts


@dataclass(frozen=True, slots=True)
class Inventory:
    """All that is known of a person's open tasks and busy times, without words."""

    facts: tuple[Facts, ...] = ()
    busy: tuple[Busy, ...] = ()
    connected: int = 0
    """How many connections there are."""
    last_project: str | None = None
    stale_since: datetime | None = None
    """Set when no connection could be read since then."""


@dataclass(frozen=True, slots=True)
class Stocked:
    """An inventory as it is kept, ready to travel to another process."""

    facts: tuple[str, ...] = ()
    """What `items.facts_text` wrote of each open task."""
    busy: tuple[Busy, ...] = ()
    connected: int = 0
    last_project: str | None = None
    stale_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of one item, on demand."""

    ref: Ref
    title: str
    project: str | None
    source: str
    """What the source is called, as in "Open in {source}"."""
    connector: str
    where: str | None
    writable: bool
    """True when "done" will be written back to the source."""


@dataclass(frozen=True, slots=True)
class ConnectionView:
    """A connection as its owner sees it."""

    id: ConnectionId
    connector: str
    name: str
    detail: str
    """The path, or nothing."""
    state: Literal["first", "works", "slow", "reconnect", "paused"]
    open: int
    read_at: datetime | None
    problem: str | None
    reads: str
    writes: str
    keeps: str
    since: datetime
    unread: tuple[Unread, ...] = ()
    kept: bool = False
    """Whether its file was uploaded, is kept encrypted, and can be taken back with what was marked done in it."""


@dataclass(frozen=True, slots=True)
class ConnectorView:
    """A kind of source that could be connected."""

    id: str
    name: str
    summary: str
    kind: Literal["files", "document", "account", "address"]
    reads: str = ""
    writes: str = ""
    keeps: str = ""
    why: str = ""
    account: AccountView | None = None
    """Of the kind `account`: whether this instance can, and how its owner makes it so."""
    address: AddressView | None = None
    """Of the kind `address`: what is asked for."""


@dataclass(frozen=True, slots=True)
class AccountView:
    """How a connector gets into accounts."""

    ready: bool
    """Whether the instance has a client at the provider."""
    callback: str
    """The path of the redirect address, which the provider has to be told exactly."""
    hook: str
    """The path that the provider may call, empty where it does not."""
    console: str
    """Where a client is made."""
    steps: tuple[str, ...]
    """What to do there, with `{redirect}` and `{hook}`."""
    settings: tuple[str, ...]
    """The variables that hold the client's id and secret."""


@dataclass(frozen=True, slots=True)
class AddressView:
    """What a connector asks for."""

    label: str
    example: str
    hint: str
    password: Literal["none", "optional", "needed"]
    delegates: bool
    """Whether its servers may give oO a password of its own, so that none is typed."""


@dataclass(frozen=True, slots=True)
class FolderView:
    """One folder within the allowed ones, to choose files from."""

    path: str
    parent: str | None
    folders: tuple[str, ...]
    files: tuple[str, ...]
    """Full paths of the files that a connector reads."""


@dataclass(frozen=True, slots=True)
class KeptFile:
    """An uploaded file as it is now."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Receipt:
    """Proof of forgetting: what was deleted, and when."""

    what: str
    at: datetime
    records: int
    told: Literal["", "confirmed", "later"] = ""
    """Whether the provider confirmed that access is over, or is asked until it does; nothing where there is none."""


class Sources(Protocol):
    """Connects, reads, writes back and forgets."""

    async def inventory(self, *, user: UserId) -> Inventory:
        """Everything known, from the last reads; never waits for a source."""

    async def stocks(self, *, users: Collection[UserId]) -> Mapping[UserId, Stocked]:
        """The inventories of many people, each as it is kept, in one read."""

    async def glance(self, *, user: UserId, ref: Ref | None = None) -> bool:
        """Look whether the person's files changed, and read those that did; True when something was read.

        Waits some 50 ms, and does nothing when the last look was within two seconds; for a `ref` it looks at its source
        in any case. What goes wrong at a source is kept as its connection's state, not raised.
        """

    async def item(self, *, user: UserId, ref: Ref) -> Facts | None:
        """What the last read said of an item, open or done; None when it is gone."""

    async def wordings(self, *, user: UserId, refs: Sequence[Ref]) -> dict[Ref, Wording]:
        """The words of the named items, from the day's cache or read now; missing ones are left out."""

    async def connections(self, *, user: UserId) -> list[ConnectionView]:
        """The person's connections, oldest first."""

    async def connection(self, *, user: UserId, connection: ConnectionId) -> ConnectionView:
        """One connection; raises `NotFound` for a missing or foreign one."""

    async def connectors(self) -> list[ConnectorView]:
        """The kinds of source this instance can read."""

    async def folder(self, *, user: UserId, path: str | None) -> FolderView:
        """The folder (by default the first allowed one) for choosing; owner only.

        Raises `Refused` outside the allowed folders.
        """

    async def add_files(self, *, user: UserId, path: str, trusted: bool = False) -> ConnectionView:
        """Connect a file or folder and read it; owner only.

        Raises `Refused` outside the allowed folders, `Unusable` for what no connector reads. `trusted` paths come from
        the command line and are allowed as they are. Adding one twice is the same connection.
        """

    async def upload(self, *, user: UserId, name: str, data: bytes) -> ConnectionView:
        """Keep a file encrypted, connect it and read it; whoever it is, it is theirs alone.

        The connector is chosen by the file's name; "done" is written in the file that is kept. The same name again
        replaces the file. Raises `Unusable` for what no connector reads, or is too large, `Invalid` for too many files.
        """

    async def kept(self, *, user: UserId, connection: ConnectionId) -> KeptFile:
        """An uploaded file, with what was marked done in it; raises `NotFound` for any other connection."""

    async def mind(self, *, user: UserId) -> list[str]:
        """The things on the person's mind that are open, in their own words and order."""

    async def write_mind(self, *, user: UserId, things: Sequence[str]) -> None:
        """Replace the open things on the person's mind, making the connection if need be.

        At most 20, each up to 200 characters; empty ones are left out.
        """

    async def read_now(self, *, user: UserId, connection: ConnectionId) -> ConnectionView:
        """Read the source now."""

    async def begin_account(self, *, user: UserId, session: SessionId, connector: str, origin: str) -> str:
        """The address at the provider where the person lets oO in; they come back to `origin` with this session.

        Raises `NotFound` for a connector of another kind, `Refused` where the instance has no client there.
        """

    async def finish_account(
        self, *, user: UserId, session: SessionId, connector: str, answer: Mapping[str, str]
    ) -> ConnectionView:
        """Keep and read the account that the provider's answer (the callback's parameters) lets oO into.

        Raises `Refused` with one sentence for anything but a first answer to what this session began, or a no.
        """

    async def add_address(
        self, *, user: UserId, connector: str, address: str, name: str = "", password: str = ""
    ) -> ConnectionView:
        """Read and keep what is at an address, with a user and a password made for oO where it needs one.

        Raises `Invalid` for no address, `Refused` for one oO may not ask, and what goes wrong when it is read.
        """

    async def delegate(self, *, user: UserId, session: SessionId, connector: str, address: str) -> str | None:
        """The page where the person allows oO a password of its own; None where the server has no such thing."""

    async def delegated(self, *, user: UserId, session: SessionId, connector: str) -> ConnectionView | None:
        """The connection that was allowed there, read and kept; None while it is not allowed yet.

        Raises `Refused` when nothing was begun in this session.
        """

    async def hook(self, *, connector: str, headers: Mapping[str, str], body: bytes) -> None:
        """A provider says that something changed: what it names is read soon.

        Raises `Refused` for what is not from the provider, `NotFound` for a connector that has no hooks.
        """

    async def disconnect(self, *, user: UserId, connection: ConnectionId) -> Receipt:
        """End the connection, delete all that came from it, and give oO's access back at the provider."""
