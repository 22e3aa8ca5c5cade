"""What a connector may be able to do beside the seam's calls: tell the past, be called, be given access.

A connector that has these methods has the ability; nothing is declared.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol, runtime_checkable

from oo.contracts.connectors import Batch, Http, Source


@dataclass(frozen=True, slots=True)
class Hint:
    """What a webhook says is new: that something changed in an account, or that a watch was set off."""

    account: str = ""
    """The account at the provider (`Whose.whose`)."""
    watch: str = ""
    """Or the `Hook.id` that it was for, with its `Hook.token`."""
    token: str = ""


@dataclass(frozen=True, slots=True)
class Hook:
    """Where a source may tell that something changed."""

    address: str
    id: str
    """Of letters, digits, `-` and `.`, 60 at most; another one each time."""
    token: str
    """A secret that comes back with each notice."""


@runtime_checkable
class Past(Protocol):
    """A connector whose source remembers what was finished before it was connected."""

    def history(self, source: Source, since: date) -> AsyncIterator[Batch]:
        """What was finished since that day, as slices of done items with `finished`; stored as the past, told as such.

        Their refs may differ from those of open items (an occurrence of a recurring task has its own). Cursors of the
        batches are ignored. Begun anew after a crash, so it should not mind being read twice.
        """


@runtime_checkable
class Whose(Protocol):
    """A connector that can tell one account from another."""

    async def whose(self, source: Source) -> str:
        """The account at the provider, by a name that never changes; connecting it twice is the same connection."""


@runtime_checkable
class Hooked(Protocol):
    """A connector whose source calls when something changed (`POST /hooks/<connector>`)."""

    def webhook(self, headers: Mapping[str, str], body: bytes, secret: str) -> Sequence[Hint]:
        """What it says is new; `secret` is the client's. Raises `Refused` for one that is not from the provider.

        Headers are by lower-case name. It is only a hint: what it says is read from the source.
        """


@runtime_checkable
class Watching(Protocol):
    """A connector whose source calls only where it was asked to."""

    async def watch(self, source: Source, hook: Hook) -> datetime:
        """Ask to be told at `hook`, and until when that holds; asked again before it ends."""


@runtime_checkable
class Paced(Protocol):
    """A connector whose source says how often it is worth reading."""

    def pause(self, cursor: str) -> timedelta | None:
        """How long it asks to be left alone after a read that ended at this cursor; None when it did not say.

        Taken within what is kept for every source: by the clock it is read each quarter of an hour at least.
        """


@dataclass(frozen=True, slots=True)
class Delegation:
    """A person's way to give access without a password: where they allow it, and what to ask afterwards."""

    address: str
    """The page to open."""
    ticket: str
    """What `granted` is asked with; kept sealed meanwhile."""


@dataclass(frozen=True, slots=True)
class Granted:
    """What was allowed: an address, a user and a password made for oO alone."""

    address: str
    user: str
    password: str


@runtime_checkable
class Delegating(Protocol):
    """A connector whose servers may give oO a password of its own (Nextcloud's Login Flow v2)."""

    async def delegate(self, http: Http) -> Delegation | None:
        """Begin it at the address that the person gave (`http.base`, without authority); None where there is no such
        thing.
        """

    async def granted(self, http: Http, ticket: str) -> Granted | None:
        """What the person allowed, or None while they have not."""


@runtime_checkable
class Returning(Protocol):
    """A connector whose servers take back a password that they made for oO."""

    def returns(self, address: str) -> bool:
        """Whether the server at this address takes passwords back."""

    async def give_back(self, http: Http) -> None:
        """End the password that `http` asks with; raises `TryLater` to be asked again."""
