"""The door of a module: one frozen value that says what it is called, keeps, needs, remembers and forgets."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from sqlalchemy import MetaData

from oo.kernel.chance import Chance
from oo.kernel.clock import Clock
from oo.kernel.db import Database, Transaction
from oo.kernel.ids import Ids
from oo.kernel.jobs import Job, Work
from oo.kernel.keys import Cipher, Keys
from oo.kernel.outbox import Outbox
from oo.kernel.plugins import Plugin
from oo.kernel.relay import Handler
from oo.kernel.settings import Settings

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Kit:
    """The tools that every room is given."""

    db: Database
    keys: Keys
    outbox: Outbox
    clock: Clock
    ids: Ids
    chance: Chance
    settings: Settings
    plugins: Mapping[str, Mapping[str, Plugin[Any]]]
    """The plugins that were found, by seam and id: `.manifest` is at hand, `.load()` imports its code."""


@dataclass(frozen=True, slots=True)
class Health:
    """How a part is: well or not, with numbers and words that name nobody."""

    well: bool
    facts: Mapping[str, int | float | str] = field(default_factory=dict)


class Needs(Protocol):
    """The promises that a room asked for."""

    def __getitem__(self, promise: type[T]) -> T:
        """The implementation of a promise named in `Module.needs`."""


@dataclass(frozen=True, slots=True)
class Built:
    """A room at work: the promises it keeps, the events it follows, what it does by the clock, and how it is."""

    promises: Mapping[type, object]
    handlers: Mapping[str, Handler] = field(default_factory=dict)
    jobs: Sequence[Job] = ()
    works: Sequence[Work] = ()
    """What it does for many people by the clock."""
    health: Callable[[], Awaitable[Health]] | None = None
    close: Callable[[], None] | None = None
    """Lets go of what it holds beside the database; called once, at the end."""
    end: Callable[[], Awaitable[None]] | None = None
    """Ends what it still does, and its connections to others; called once, before `close`."""


Erase = Callable[[Transaction, str], int]
"""Deletes at most 500 rows of a person from this module's tables; their number.

Asked until it says 0, before the key is destroyed and once more after it.
"""
Leave = Callable[["Kit", Any], Awaitable[None]]
"""Tells others that a person leaves, before their rows and their key go; may be asked again."""
Export = Callable[[Transaction, str, Cipher], Mapping[str, Sequence[Mapping[str, Any]]]]
"""Everything of a person in this module's tables, decrypted and readable, by table."""


@dataclass(frozen=True, slots=True)
class Module:
    """A room's door. `erase` and `export` have no default: no room can forget to forget."""

    name: str
    """Also the consumer's name and the Postgres schema."""
    keeps: tuple[type, ...]
    needs: tuple[type, ...]
    tables: MetaData
    erase: Erase
    export: Export
    build: Callable[[Kit, Needs], Built]
    leave: Leave | None = None
