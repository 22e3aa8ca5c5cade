"""Timestamps of org (`<2026-11-21 Sat 10:00 +1w -2d>`): a day or a local time without a zone; day names are ignored."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

from oo.contracts.items import When

_STAMP = re.compile(
    r"""[<\[](\d{4})-(\d\d)-(\d\d)
        (?:[ ]+[^\]>\d\s+.-][^\]>\s]*)?                      # the day's name
        (?:[ ]+(\d{1,2}):(\d\d)(?:-\d{1,2}:\d\d)?)?
        ((?:[ ]+(?:\.\+|\+\+|\+|--|-)\d+[hdwmy](?:/\d+[hdwmy])?)*)
        [ ]*[>\]]""",
    re.VERBOSE,
)
_REPEATER = re.compile(r"(?:^|\s)(?:\.\+|\+\+|\+)[1-9]\d*[hdwmy]")
_PLANNED = re.compile(r"(DEADLINE|SCHEDULED|CLOSED):[ \t]*([<\[][^<>\[\]\n]*[>\]])?")
_YEARS = range(1900, 2201)
_NAMES = {"DEADLINE": "deadline", "SCHEDULED": "scheduled date", "CLOSED": "closing date"}


@dataclass(frozen=True, slots=True)
class Stamp:
    """A timestamp: when, and whether it comes round again (`+1w`, `++1w`, `.+1d`)."""

    when: When
    repeats: bool


def stamp(text: str) -> Stamp | None:
    """Read a timestamp; None when it is none, or no date.

    >>> stamp("<2026-11-22 dim. 10:00 ++1w -2d>")
    Stamp(when=datetime.datetime(2026, 11, 22, 10, 0), repeats=True)
    """
    match = _STAMP.match(text)
    if match is None or int(match[1]) not in _YEARS:
        return None
    try:
        day = date(int(match[1]), int(match[2]), int(match[3]))
        # Floating: org has no zones, and the person's is applied where the time is used.
        when = day if match[4] is None else datetime(day.year, day.month, day.day, int(match[4]), int(match[5]))  # noqa: DTZ001
    except ValueError:
        return None
    return Stamp(when, _REPEATER.search(match[6]) is not None)


def planning(line: str, faults: list[str]) -> dict[str, Stamp]:
    """The stamps of the line below a headline, by `DEADLINE`, `SCHEDULED`, `CLOSED`; none when it is another line."""
    found: dict[str, Stamp] = {}
    if _PLANNED.match(line.lstrip()) is None:
        return found
    for match in _PLANNED.finditer(line):
        read = stamp(match[2] or "")
        if read is None:
            faults.append(f"The {_NAMES[match[1]]} is no date; it is left out.")
        else:
            found.setdefault(match[1], read)
    return found
