"""What connectors note of their connections to ask less the next time: in memory alone, and no more than so much."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, MutableMapping
from threading import Lock

MOST = 16_384
"""Notes of all connections together; those that were not used for longest go."""
LONGEST = 1_000
"""Characters of a note; a longer one is not kept."""


class Memory:
    """Keeps notes."""

    def __init__(self, most: int = MOST) -> None:
        self._most, self._lock = most, Lock()
        self._notes: OrderedDict[tuple[str, str], str] = OrderedDict()

    def of(self, connection: str) -> Notes:
        """The notes of a connection."""
        return Notes(self, connection)

    def forget(self, connection: str) -> None:
        """Let go of a connection's notes."""
        with self._lock:
            for key in [key for key in self._notes if key[0] == connection]:
                del self._notes[key]

    def get(self, connection: str, name: str) -> str:
        """A note, which counts as used; raises `KeyError`."""
        with self._lock:
            self._notes.move_to_end((connection, name))
            return self._notes[connection, name]

    def put(self, connection: str, name: str, note: str) -> None:
        """Keep a note."""
        if len(name) + len(note) > LONGEST:
            return
        with self._lock:
            self._notes[connection, name] = note
            self._notes.move_to_end((connection, name))
            if len(self._notes) > self._most:
                self._notes.popitem(last=False)

    def drop(self, connection: str, name: str) -> None:
        """Let go of a note; raises `KeyError`."""
        with self._lock:
            del self._notes[connection, name]

    def names(self, connection: str) -> list[str]:
        """What there are notes under."""
        with self._lock:
            return [name for own, name in self._notes if own == connection]


class Notes(MutableMapping[str, str]):
    """The notes of one connection as a mapping."""

    def __init__(self, memory: Memory, connection: str) -> None:
        self._memory, self._connection = memory, connection

    def __getitem__(self, name: str) -> str:
        """See `Memory.get`."""
        return self._memory.get(self._connection, name)

    def __setitem__(self, name: str, note: str) -> None:
        """See `Memory.put`."""
        self._memory.put(self._connection, name, note)

    def __delitem__(self, name: str) -> None:
        """See `Memory.drop`."""
        self._memory.drop(self._connection, name)

    def __iter__(self) -> Iterator[str]:
        """See `Memory.names`."""
        return iter(self._memory.names(self._connection))

    def __len__(self) -> int:
        """How many there are."""
        return len(self._memory.names(self._connection))
