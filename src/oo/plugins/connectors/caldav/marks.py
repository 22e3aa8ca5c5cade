"""The cursor: what each place looked like, and the keys of its tasks by resource; hashes only."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfoNotFoundError

from oo.contracts.connectors import Source
from oo.contracts.ids import Ref
from oo.contracts.zones import zone_of
from oo.formats.ical.reader import FORMAT

_FORM = f"caldav.1 {FORMAT}"


@dataclass(frozen=True, slots=True)
class Kept:
    """A place as it was read last."""

    mark: str
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The keys of its tasks, by what they begin with."""

    def refs(self, source: Source) -> set[Ref]:
        """The refs of its tasks."""
        return {source.ref(root + rest) for root, rests in self.keys.items() for rest in rests}


@dataclass(frozen=True, slots=True)
class Cursor:
    """Everything that was read last: on which day, and each place by the hash of its path."""

    day: str
    places: Mapping[str, Kept] = field(default_factory=dict)

    def text(self, source: Source) -> str:
        """As it is kept."""
        places = {own: [kept.mark, kept.keys] for own, kept in self.places.items()}
        return json.dumps([_FORM, source.zone, self.day, places], separators=(",", ":"))


def cursor_of(text: str | None, source: Source) -> Cursor | None:
    """Read what `text` wrote; None for one of another form or zone: everything is to be read anew."""
    try:
        form, zone, day, places = json.loads(text or "")
        if (form, zone) != (_FORM, source.zone):
            return None
        return Cursor(str(day), {own: Kept(str(mark), _keys(keys)) for own, (mark, keys) in places.items()})
    except (ValueError, TypeError, AttributeError):
        return None


def today(source: Source) -> str:
    """The day on which the time around now is read anew."""
    try:
        return str(source.now.astimezone(zone_of(source.zone)).date())
    except ZoneInfoNotFoundError:
        return str(source.now.date())


def grouped(refs: Iterable[Ref]) -> dict[str, tuple[str, ...]]:
    """Keys of tasks by resource.

    >>> grouped([Ref("c:abc"), Ref("c:def-1"), Ref("c:def-2")])
    {'abc': ('',), 'def': ('-1', '-2')}
    """
    found: dict[str, tuple[str, ...]] = {}
    for ref in refs:
        root, dash, rest = ref.partition(":")[2].partition("-")
        found[root] = (*found.get(root, ()), dash + rest)
    return found


def _keys(value: Mapping[str, Iterable[str]]) -> dict[str, tuple[str, ...]]:
    return {str(root): tuple(map(str, rests)) for root, rests in value.items()}
