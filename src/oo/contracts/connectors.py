"""The seam of connectors: code that reads a source, and writes "done" back where the source allows it.

A connector reports what is there now; `integrations` says what changed (docs/adr/0003). It keeps nothing between calls
but its cursor.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Collection, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol, runtime_checkable

from oo.contracts.errors import Problem
from oo.contracts.ids import ConnectionId, Ref
from oo.contracts.items import Busy, Item

OCCURRENCE = "@@"
"""In a key: what follows tells one finished occurrence of a recurring task from others; it is told under the task's own
name, which is before it."""


class TryLater(Problem):
    """The source is not to be had right now."""

    status = 503
    code = "try-later"

    def __init__(self, detail: str | None = None, after: timedelta = timedelta(minutes=1)) -> None:
        super().__init__(detail)
        self.after = after


class Reconnect(Problem):
    """The source asks the person to sign in again."""

    status = 409
    code = "reconnect"


class Unsupported(Problem):
    """This source cannot do that."""

    status = 501
    code = "unsupported"


class Changed(Problem):
    """The file changed meanwhile; nothing was written."""

    status = 409
    code = "changed"


@dataclass(frozen=True, slots=True)
class FileStat:
    """A file that a connection may read; `version` differs whenever the content may differ."""

    path: str
    version: str
    size: int


@dataclass(frozen=True, slots=True)
class FileContent:
    """The bytes of a file and the version they belong to."""

    data: bytes
    version: str


class Files(Protocol):
    """The files of one connection: those that its owner chose on disk, or a document that oO keeps encrypted."""

    async def list(self) -> Sequence[FileStat]:
        """The files there are now, in the order of their paths; raises `Unusable` when what was chosen is gone."""

    async def read(self, path: str) -> FileContent:
        """The content; raises `Unusable` with one sentence when it can't be read."""

    async def replace(self, path: str, data: bytes, version: str) -> str:
        """Write the whole file atomically, returning its new version; `Changed` unless it still has `version`."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a source's server said."""

    status: int
    headers: Mapping[str, str]
    """By lower-case name."""
    body: bytes
    url: str
    """Where it came from in the end, after redirects."""

    def json(self) -> Any:
        """The body as JSON; raises `TryLater` for a web page, half an answer or anything else."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            raise TryLater("What came from there cannot be read.", timedelta(minutes=5)) from None


class Http(Protocol):
    """A client that has the authority of one connection, and asks only public addresses.

    It adds the token or password, renews a token that ran out (once, whoever else tries), and turns what goes wrong
    into `Reconnect` and `TryLater`, so that a connector knows neither tokens nor retries.
    """

    base: str
    """The address that others are relative to: the provider's API, or what the person gave. It ends in a slash unless
    the person gave the address of one thing."""

    async def ask(
        self,
        method: str,
        address: str,
        *,
        params: Mapping[str, Any] | None = None,
        form: Mapping[str, Any] | None = None,
        json: Any = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        expect: Collection[int] = (),
    ) -> Answer:
        """The answer, if its status is below 300 or in `expect`; `address` is relative to `base`, empty or whole.

        The authority goes along to the origin of `base` only. Raises `Reconnect` for 401 (after one renewal) and 403,
        else `TryLater`: for 429 and 5xx as long as `Retry-After` says, for unreachable, too slow and too large ones.
        """


@dataclass(frozen=True, slots=True)
class Source:
    """One connection of one person, with the authority to read it."""

    connection: ConnectionId
    now: datetime
    """Aware UTC; connectors have no clock of their own."""
    zone: str
    """The person's zone, for dates and floating times."""
    config: Mapping[str, str] = field(default_factory=dict)
    """What the person gave when connecting, as the manifest's `[address]` asks: `address`, `user`; no secrets."""
    files: Files | None = None
    http: Http | None = None
    """For sources elsewhere: kinds `account` and `address`."""
    remembered: MutableMapping[str, str] = field(default_factory=dict)
    """What the connector noted of this connection to ask less the next time; in memory alone, any of it may be gone."""

    def ref(self, key: str) -> Ref:
        """The ref of the item with this key."""
        return Ref(f"{self.connection}:{key}")


@dataclass(frozen=True, slots=True)
class Unread:
    """Something in a source that could not be read: where, and one clear reason without the person's words."""

    file: str
    line: int
    """From 1; 0 means the file as a whole."""
    reason: str


@dataclass(frozen=True, slots=True)
class Batch:
    """What a pull found. `complete` means that what is not in it is gone; otherwise `gone` names what is."""

    cursor: str
    items: tuple[Item, ...] = ()
    busy: tuple[Busy, ...] = ()
    gone: tuple[Ref, ...] = ()
    complete: bool = True
    unread: tuple[Unread, ...] = ()
    more: bool = False
    """Whether this is a slice of a read that goes on (`Sliced`): it has no cursor, and says nothing of what is gone."""
    times: bool | None = None
    """Whether `busy` is all there is, so that other blocks are gone; None: as `complete` says."""


@dataclass(frozen=True, slots=True)
class Action:
    """Something to do in the source on the person's behalf."""

    verb: Literal["complete"]
    ref: Ref
    version: str
    """The version of the item that the person saw."""
    key: str = ""
    """The same whenever this very action is tried again, for sources that do one only once."""
    since: datetime | None = None
    """Given when it was begun before, by a process that died or an answer that got lost: when it was first due."""


class Connector(Protocol):
    """Reads one kind of source.

    May raise `TryLater`, `Reconnect`, `Unsupported`, `Changed`, and `Unusable` when none of its files can be read; all
    else is a bug. Part of a source that can't be read is listed in `Batch.unread`.
    """

    async def pull(self, source: Source, cursor: str | None) -> Batch | None:
        """Everything that is there now, or None when nothing changed since the cursor."""

    async def read(self, source: Source, refs: Sequence[Ref]) -> list[Item]:
        """The named items with their words, on demand; missing ones are left out."""

    async def act(self, source: Source, action: Action) -> None:
        """Do it in the source, once; raises `Changed` when the item there is no longer the one that was seen."""


@runtime_checkable
class Sliced(Protocol):
    """A connector of sources that may be large: what it reads comes in slices, each to be stored before the next."""

    def slices(self, source: Source, cursor: str | None) -> AsyncIterator[Batch]:
        """What `pull` gives, as slices that no ref is in twice; none when nothing changed since the cursor.

        All but the last have `more`. The last one's cursor, `complete` and `gone` speak of all of them together, and
        `unread` of one slice adds to that of the others. May raise what `pull` may, before any slice or after some.
        """


@runtime_checkable
class Document(Protocol):
    """A connector whose source is one document that oO keeps, so that its open things can be edited as a whole."""

    path: str
    """The document's name among the files of its source."""

    def open_things(self, document: bytes | None) -> list[str]:
        """The words of the open things, in their order; none for a missing or unreadable document."""

    def edit(self, document: bytes | None, things: Sequence[str], now: datetime, new_id: Callable[[], str]) -> bytes:
        """The document with just these open things; where words stay, so does the identity, and done ones stay done."""
