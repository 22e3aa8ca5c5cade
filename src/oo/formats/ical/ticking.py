"""A to-do ticked off in the text that holds it: a few lines change, everything else stays to the byte.

A recurring one moves on to its next occurrence, as most apps do it: DTSTART and DUE of the master are written anew, so
that every app shows the next date, and the series is done for good only after its last occurrence.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import takewhile

from oo.contracts.connectors import Action, Changed, Source, Unsupported
from oo.contracts.items import When
from oo.formats.ical import todos
from oo.formats.ical.blocks import cut, decoded
from oo.formats.ical.components import Component, instant
from oo.formats.ical.reader import Reading, batch_of, series_of
from oo.formats.ical.recurring import Occurrence, occurrences
from oo.formats.ical.work import TooMuch, Work

STRANGE = "This task repeats in a way that only its own app can tick off."
_LINES = re.compile(r"\r\n|\n|\r")
_NAME = re.compile(r"[A-Za-z0-9-]+")
_COUNT = re.compile(r"COUNT=(\d+)", re.IGNORECASE)
_SPANS = (timedelta(days=400), timedelta(days=366 * 12))
"""How far the next occurrence is looked for: at first, and at last (29 February: eight years)."""


def ticked(source: Source, resource: str, data: bytes, action: Action) -> bytes:
    """The text with the to-do done; raises `Changed` when it isn't there, open and as it was seen, `Unsupported`."""
    found = {item.facts.ref: item.facts for item in batch_of(source, {resource: data}, resources=True).items}
    facts = found.get(action.ref)
    if facts is None or facts.state != "open" or facts.version != action.version:
        raise Changed
    reading, series = _series(source, resource, data)
    masters = [one for one in series if "RECURRENCE-ID" not in one.ical]
    if facts.series is None or not masters:
        (one,) = [one for one in series if _key(source, one) == action.ref] or series[:1]
        if one.repeats:  # its rule can't be followed, and done for good it must not be
            raise Unsupported(STRANGE)
        return written(data, one.line, _done(one, source.now))
    master, others = masters[0], [one for one in series if "RECURRENCE-ID" in one.ical]
    try:
        current = todos.next_open(master, others, source.now, reading.zone, Work())
        if current is None:
            raise Changed
        for one in others:
            if one.when("RECURRENCE-ID") == current.original:
                return written(data, one.line, _done(one, source.now))
        return written(data, master.line, _moved_on(source, reading, master, current, data))
    except (TooMuch, ValueError, OverflowError) as error:
        raise Unsupported(STRANGE) from error


def written(data: bytes, begin: int, changes: Mapping[str, str | None]) -> bytes:
    """The text with properties of the component that begins on this line (from 1) replaced, added, or taken out."""
    text = decoded(data)
    parts = re.split(r"(\r\n|\n|\r)", text)
    lines, ends = parts[::2], [*parts[1::2], ""]
    left, out, depth, name = dict(changes), list[str](), 0, ""
    end = next((one for one in ends if one), "\r\n")
    for number, (line, close) in enumerate(zip(lines, ends, strict=True), 1):
        if number < begin or depth < 0:
            out.append(line + close)
            continue
        if line[:1] not in (" ", "\t"):
            match = _NAME.match(line)
            name = match[0].upper() if match else ""
            if name == "BEGIN":
                depth += 1
            elif name == "END":
                depth -= 1
                if depth == 0:
                    out += [new + end for new in left.values() if new is not None]
                    depth = -1
                    out.append(line + close)
                    continue
            elif depth == 1 and name in changes:
                new = left.pop(name, None)
                if new is not None:
                    out.append(new + (close or end))
                left.setdefault(name, None)
                continue
        elif depth == 1 and name in changes:  # what was folded goes with its beginning
            continue
        out.append(line + close)
    mark = b"\xef\xbb\xbf" if data.startswith(b"\xef\xbb\xbf") else b""
    return mark + "".join(out).encode()


def _series(source: Source, resource: str, data: bytes) -> tuple[Reading, Sequence[Component]]:
    for sheet in cut(resource, data).sheets:
        reading = Reading(source, resource, sheet, Work(), (), resources=True)
        for series in series_of(reading.components("VTODO")):
            return reading, series
    raise Changed


def _key(source: Source, one: Component) -> str:
    return source.ref(todos.key(source, one.uid, one.when("RECURRENCE-ID"), one.resource))


def _done(one: Component, now: datetime) -> dict[str, str | None]:
    return {
        "STATUS": "STATUS:COMPLETED",
        "COMPLETED": f"COMPLETED:{_utc(now)}",
        "PERCENT-COMPLETE": "PERCENT-COMPLETE:100",
    } | _stamps(one, now)


def _stamps(one: Component, now: datetime) -> dict[str, str | None]:
    return {
        "LAST-MODIFIED": f"LAST-MODIFIED:{_utc(now)}",
        "DTSTAMP": f"DTSTAMP:{_utc(now)}",
        "SEQUENCE": f"SEQUENCE:{max(one.number('SEQUENCE'), 0) + 1}",
    }


def _moved_on(
    source: Source, reading: Reading, master: Component, current: Occurrence, data: bytes
) -> dict[str, str | None]:
    rules = master.all("RRULE")
    if len(rules) != 1 or "RDATE" in master.ical:
        raise Unsupported(STRANGE)
    following = _following(source, reading, master, current)
    rule = next(text for name, text in _lines(data, master.line) if name == "RRULE")
    if following is None:
        if "COUNT=" in rule.upper() or "UNTIL=" in rule.upper():
            return _done(master, source.now)
        raise Unsupported(STRANGE)
    changes: dict[str, str | None] = {"STATUS": "STATUS:NEEDS-ACTION", "COMPLETED": None, "PERCENT-COMPLETE": None}
    for name, when in (("DTSTART", following.start), ("DUE", following.end)):
        line = next((text for own, text in _lines(data, master.line) if own == name), None)
        if line is not None and when is not None:
            changes[name] = _with_time(line, when)
    if (count := _COUNT.search(rule)) is not None:
        left = int(count[1]) - _steps(master, following)
        changes["RRULE"] = f"{rule[: count.start()]}COUNT={max(left, 1)}{rule[count.end() :]}"
    return changes | _stamps(master, source.now)


def _following(source: Source, reading: Reading, master: Component, current: Occurrence) -> Occurrence | None:
    """The first occurrence after the current one that is not over on the person's day: late ones don't pile up."""
    today = source.now.astimezone(reading.person).date()
    begin = instant(current.original, reading.zone)
    for span in _SPANS:
        stop = max(begin, source.now) + span
        for one in occurrences([master], begin - timedelta(days=1), stop, Work()):
            when = instant(one.original, reading.zone)
            day = when.astimezone(reading.person).date() if isinstance(one.original, datetime) else one.original
            if when > begin and day > today:
                return one
    return None


def _steps(master: Component, following: Occurrence) -> int:
    """How many times the rule gave before that occurrence, exceptions included: COUNT counts them all."""
    from dateutil.rrule import rrulestr

    first = master.when("DTSTART") or master.when("DUE")
    assert first is not None, "it has an occurrence"
    text = re.sub(r"(?:COUNT|UNTIL)=[^;]*;?", "", master.all("RRULE")[0].to_ical().decode()).strip(";")
    last = _naive(following.original)
    return sum(1 for _ in takewhile(lambda one: one < last, rrulestr(text, dtstart=_naive(first))))


def _lines(data: bytes, begin: int) -> list[tuple[str, str]]:
    """The properties of the component that begins on this line, unfolded, by name."""
    found: list[tuple[str, str]] = []
    depth = 0
    for line in _LINES.split(decoded(data))[begin - 1 :]:
        if line[:1] in (" ", "\t") and found:
            found[-1] = (found[-1][0], found[-1][1] + line[1:])
            continue
        match = _NAME.match(line)
        name = match[0].upper() if match else ""
        depth += (name == "BEGIN") - (name == "END")
        if depth == 0:
            break
        found.append((name if depth == 1 else "", line))
    return found


def _with_time(line: str, when: When) -> str:
    """The property with another time, written as the one before was: a day, UTC, or the clock on some wall."""
    head, _, value = line.rpartition(":")
    if not isinstance(when, datetime):
        return f"{head}:{when:%Y%m%d}"
    if value.strip().upper().endswith("Z"):
        return f"{head}:{_utc(when)}"
    return f"{head}:{when:%Y%m%dT%H%M%S}"


def _naive(when: When) -> datetime:
    if isinstance(when, datetime):
        return when.replace(tzinfo=None)
    return datetime(when.year, when.month, when.day)  # noqa: DTZ001 - only the order counts


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
