"""A calendar read whole: its events as busy blocks, its to-dos as items, and what could not be read."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from datetime import tzinfo

from oo.contracts.calendars import AHEAD, BACK, taken
from oo.contracts.connectors import Batch, Source, Unread
from oo.contracts.ids import Ref
from oo.contracts.items import Busy, Item
from oo.contracts.zones import zone_of
from oo.formats.ical import busy, todos
from oo.formats.ical.blocks import Block, Sheet, cut
from oo.formats.ical.components import Component, read
from oo.formats.ical.recurring import Occurrence, occurrences, single
from oo.formats.ical.work import TooMuch, Work
from oo.formats.ical.zones import Zones, named

FORMAT = "ics.2"
"""Part of every cursor: another reading of the same bytes makes everything new."""


def batch_of(
    source: Source,
    contents: Mapping[str, bytes],
    unread: Iterable[Unread] = (),
    owners: Collection[str] = (),
    *,
    resources: bool = False,
) -> Batch:
    """What several calendars hold, by name, without a cursor; `owners` are the person's own addresses.

    Each is a file, or with `resources` one thing of a server: its name is that of its to-dos, too.
    A large calendar takes seconds: call it in a thread. Nothing that is in the bytes raises.
    """
    items: dict[Ref, Item] = {}
    times: set[Busy] = set()
    notes = list(unread)
    for path, data in sorted(contents.items()):
        found, work = cut(path, data), Work()
        notes.extend(found.unread)
        for sheet in found.sheets:
            reading = Reading(source, path, sheet, work, owners, resources)
            reading.run()
            times.update(reading.busy)
            notes.extend(reading.unread)
            for item in reading.items:
                items.setdefault(item.facts.ref, item)
    ordered = sorted(times, key=lambda block: (block.start, block.end, block.all_day))
    return Batch("", tuple(items.values()), tuple(ordered), unread=tuple(notes))


class Reading:
    """One calendar of one file, being read."""

    def __init__(
        self, source: Source, path: str, sheet: Sheet, work: Work, owners: Collection[str], resources: bool
    ) -> None:
        self.source, self.path, self.sheet = source, path, sheet
        self.resource = path if resources else ""
        self.owners = {one.lower() for one in owners or ((sheet.name,) if sheet.name else ())}
        self.person: tzinfo = zone_of(source.zone)
        self.zones = Zones(block for block in sheet.blocks if block.kind == "VTIMEZONE")
        self.own = None if sheet.zone is None else self.zones.find(sheet.zone) or named(sheet.zone)
        self.work = work
        self.items: list[Item] = []
        self.busy: list[Busy] = []
        self.unread: list[Unread] = []

    def run(self) -> None:
        """Read every series; what fails is noted and the others go on."""
        for kind in ("VEVENT", "VTODO"):
            for series in series_of(self.components(kind)):
                try:
                    self._take(kind, series)
                except (TooMuch, ValueError, OverflowError) as error:
                    self._note(series[0].line, str(error) if isinstance(error, TooMuch) else _plainly(error, kind))
                    self._take_as_it_stands(kind, series)

    def _take(self, kind: str, series: list[Component]) -> None:
        now = self.source.now
        if kind == "VTODO":
            if all(todos.title(one) for one in series):
                self.items.extend(todos.items(self.source, series, now, self.zone, self.work))
            else:
                self._note(series[0].line, "A VTODO without words.")
            return
        found: Iterable[Occurrence | None] = map(single, series)
        if any(one.repeats or "RECURRENCE-ID" in one.ical for one in series):
            found = occurrences(series, now - BACK * 2, now + AHEAD + BACK, self.work)
        self._note_times(filter(None, found))

    def _take_as_it_stands(self, kind: str, series: list[Component]) -> None:
        """Read a series whose recurrence can't be followed as what happens once."""
        for one in series:
            for name in ("RRULE", "RDATE", "EXDATE"):
                one.ical.pop(name, None)
        try:
            if kind == "VTODO":
                self.items.extend(todos.items(self.source, series, self.source.now, self.zone, self.work))
            else:
                self._note_times(filter(None, map(single, series)))
        except (ValueError, OverflowError, TypeError):
            self._note(series[0].line, f"A {kind} with times that can't be read; it is left out.")

    def _note_times(self, found: Iterable[Occurrence]) -> None:
        known = (busy.entry(one, self.owners, self.person) for one in found)
        self.busy.extend(taken(filter(None, known), self.source.now))

    @property
    def zone(self) -> tzinfo:
        """The zone of floating times."""
        return self.own or self.person

    def components(self, kind: str) -> Iterable[Component]:
        """The components of a kind that can be read; the others are noted."""
        # A to-do's floating time stays floating, so that it follows the person; a meeting's is somewhere.
        floating = self.zone if kind == "VEVENT" else self.own
        blocks = [block for block in self.sheet.blocks if block.kind == kind]
        for block in busy.near(blocks, self.source.now) if kind == "VEVENT" else blocks:
            try:
                component = read(block, self.zones, floating)
            except ValueError as error:
                self._note(block.line, str(error))
                continue
            for fault in component.faults:
                self._note(block.line, fault)
            if self.sheet.cancels:
                component.ical["STATUS"] = "CANCELLED"
            if kind == "VEVENT" and component.when("DTSTART") is None:
                self._note(block.line, "A VEVENT without a beginning.")
                continue
            component.uid = component.uid or _anonymous(block)
            component.resource = self.resource
            yield component

    def _note(self, line: int, reason: str) -> None:
        self.unread.append(Unread(self.path, line, reason))


def series_of(components: Iterable[Component]) -> Iterable[list[Component]]:
    """Components by UID; of two for the same occurrence the one with the higher SEQUENCE counts, then the later one."""
    found: dict[str, dict[object, Component]] = {}
    for component in components:
        versions = found.setdefault(component.uid, {})
        which = component.when("RECURRENCE-ID")
        other = versions.get(which)
        if other is None or other.number("SEQUENCE") <= component.number("SEQUENCE"):
            versions[which] = component
    return [list(versions.values()) for versions in found.values()]


def _anonymous(block: Block) -> str:
    """A name for a component that has no UID, from its content."""
    return _hash(block.text())


def _plainly(error: Exception, kind: str) -> str:
    text = str(error)
    return text if text.startswith("A ") else f"A {kind} with a time that can't be read."


def _hash(*parts: str) -> str:
    return hashlib.blake2b("\0".join(parts).encode(errors="replace"), digest_size=12).hexdigest()
