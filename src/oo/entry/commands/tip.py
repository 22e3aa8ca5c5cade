"""`oo tip PATH…`: one tip from files, with no server and no account.

The same connectors, rules, policy and words as live; nothing is remembered and nothing written. The same files at the
same instant give the same answer. Kept light: no database, no web framework, no validation of manifests.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO
from zoneinfo import ZoneInfoNotFoundError

from oo.contracts.connectors import Batch, FileStat, Reconnect, Source, TryLater, Unread
from oo.contracts.decisions import Decision, UserView
from oo.contracts.errors import Refused, Unusable
from oo.contracts.ids import ConnectionId, DecisionId, Ref, UserId
from oo.contracts.items import Busy, Item
from oo.contracts.words.voice import Voice, voice
from oo.engine import house
from oo.engine.candidates import candidates
from oo.engine.composer import compose
from oo.engine.pipeline import decide
from oo.engine.policies.house import House
from oo.engine.silences import silence_words
from oo.engine.standing import expires_at
from oo.engine.when import context, instant, today, zone_of
from oo.entry.disk import DiskFiles
from oo.kernel.plugins import BrokenPlugin, Plugin, discover

_MOST_LISTED = 10
"""Unread lines that are shown as text; the JSON has them all."""
_YEARS = range(1900, 2201)


@dataclass(frozen=True, slots=True)
class _Chosen:
    """A path with the connector that reads it."""

    path: Path
    real: Path
    plugin: Plugin[dict[str, Any]]
    files: DiskFiles


@dataclass(frozen=True, slots=True)
class _Gathered:
    """What all connectors read."""

    items: tuple[Item, ...]
    busy: tuple[Busy, ...]
    unread: tuple[Unread, ...]
    connectors: Mapping[Ref, str]
    names: tuple[str, ...]
    """What the connections are called."""
    fingerprint: str


def run(
    paths: Sequence[str],
    *,
    now: datetime,
    at: str | None = None,
    zone: str | None = None,
    language: str = "en",
    as_json: bool = False,
    why: bool = False,
    out: TextIO,
    err: TextIO,
) -> int:
    """Print one tip, or silence, and return 0; for unusable input print one sentence to `err` and return 2."""
    try:
        name = zone or system_zone()
        moment = _moment(at, name, now)
        found = asyncio.run(_gather(_chosen(paths), moment, name))
        view = _view(found, moment, name, language)
        decision = _decide(view, found)
    except Unusable as error:
        err.write(f"oo tip: {error.detail}\n")
        return 2
    said = _answer(decision, view, found)
    if as_json:
        out.write(json.dumps(said, ensure_ascii=False) + "\n")
    else:
        _print(said, why, voice_of(view), out, err)
    return 0


def system_zone(environment: Mapping[str, str] = os.environ, localtime: Path = Path("/etc/localtime")) -> str:
    """The zone of this machine: `TZ`, else what `/etc/localtime` points to, else UTC."""
    real = os.path.realpath(localtime)
    for name in (environment.get("TZ", "").removeprefix(":"), real.rpartition("/zoneinfo/")[2]):
        name = name.rpartition("/zoneinfo/")[2].removeprefix("posix/").removeprefix("right/")
        try:
            if name and not name.startswith("/"):
                zone_of(name)
                return name
        except (ZoneInfoNotFoundError, ValueError, OSError):
            continue
    return "UTC"


def voice_of(view: UserView) -> Voice:
    """How the view's language speaks at its moment."""
    return voice(view.language, zone_of(view.context.zone), today(view.context))


def _moment(at: str | None, zone: str, now: datetime) -> datetime:
    """The instant to answer for; one without an offset is in the zone."""
    try:
        place = zone_of(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Unusable(f"There is no time zone {zone!r}; one is Europe/Berlin.") from error
    if at is None:
        return now.astimezone(UTC)
    try:
        when = datetime.fromisoformat(at.strip())
    except ValueError as error:
        raise Unusable(f"{at!r} is no instant; write it as 2026-11-21T14:00 or 2026-11-21T13:00Z.") from error
    if when.year not in _YEARS:
        raise Unusable(f"{at!r} is too far away; years are {_YEARS[0]} to {_YEARS[-1]}.")
    return instant(when, place)


def _chosen(paths: Sequence[str]) -> list[_Chosen]:
    """The connections to make: a file's connector by its ending, a folder's by the names in it."""
    if not paths:
        raise Unusable("Name a file or folder, such as todo.txt.")
    plugins = [
        plugin
        for plugin in discover("connectors", dict).plugins.values()
        if plugin.manifest.get("files") and plugin.manifest.get("stage") != "retired"
    ]
    found: dict[tuple[Path, str], _Chosen] = {}
    for text in paths:
        path = Path(text).expanduser()
        try:
            is_folder, there = path.is_dir(), path.exists()
        except (OSError, ValueError) as error:
            raise Unusable(f"{text!r} is no path.") from error
        if not there:
            raise Unusable(f"{text}: There is no such file or folder.")
        fitting = [plugin for plugin in plugins if is_folder or _reads(plugin, path)]
        if not fitting:
            endings = ", ".join(
                sorted({ending for plugin in plugins for ending in plugin.manifest["files"]["suffixes"]})
            )
            raise Unusable(f"{text}: No connector reads this kind of file; the endings are {endings}.")
        for plugin in fitting if is_folder else fitting[:1]:
            rules = plugin.manifest["files"]
            files = DiskFiles(
                path,
                patterns=rules["patterns"],
                siblings=rules.get("siblings", {}),
                largest=rules.get("max_bytes", 1_000_000),
            )
            real = path.resolve()
            found.setdefault((real, plugin.id), _Chosen(path, real, plugin, files))
    return list(found.values())


def _reads(plugin: Plugin[dict[str, Any]], path: Path) -> bool:
    return path.name.lower().endswith(tuple(plugin.manifest["files"]["suffixes"]))


async def _gather(chosen: Sequence[_Chosen], now: datetime, zone: str) -> _Gathered:
    """Pull everything; a source that can't be read is listed, and only when none can it is the end."""
    items: list[Item] = []
    busy: list[Busy] = []
    unread: list[Unread] = []
    connectors: dict[Ref, str] = {}
    names: list[str] = []
    problems: list[str] = []
    fingerprint = hashlib.blake2b(now.isoformat().encode(), digest_size=16)
    for nth, one in enumerate(await _apart(chosen), 1):
        source = Source(ConnectionId(f"{one.plugin.id}-{nth}"), now, zone, files=one.files)
        try:
            batch: Batch = await one.plugin.load().pull(source, None)
        except (Unusable, Refused, TryLater, Reconnect, BrokenPlugin) as error:
            reason = str(error)
            problems.append(f"{one.path}: {reason}")
            unread.append(Unread(str(one.path), 0, reason))
            continue
        task = one.plugin.manifest["files"].get("task")
        if task and not (batch.items or batch.busy or batch.unread):
            # In a folder it is others that are read; a page that is named is meant.
            reason = f"There is no {task}."
            problems.append(f"{one.path}: {reason}")
            if not one.path.is_dir():
                unread.append(Unread(str(one.path), 0, reason))
            continue
        whole = [note for note in batch.unread if note.line == 0]
        if whole and not batch.items and not batch.busy:
            problems.extend(f"{note.file}: {note.reason}" for note in whole)
        else:
            names.append(str(one.plugin.manifest["name"]))
        items.extend(batch.items)
        busy.extend(batch.busy)
        unread.extend(batch.unread)
        connectors.update(dict.fromkeys((item.facts.ref for item in batch.items), one.plugin.id))
        fingerprint.update(batch.cursor.encode())
    if not names:
        raise Unusable(problems[0] if problems else f"{chosen[0].path}: There is no file in it that a connector reads.")
    return _Gathered(tuple(items), tuple(busy), tuple(unread), connectors, tuple(names), fingerprint.hexdigest())


async def _apart(chosen: Sequence[_Chosen]) -> list[_Chosen]:
    """Those that have something to read, without what another one reads already, as done.txt beside todo.txt."""
    listed: dict[int, set[Path]] = {}
    for at, one in enumerate(chosen):
        try:
            listed[at] = _real(await one.files.list())
        except (Unusable, Refused):
            listed[at] = {one.real}
    return [
        one
        for at, one in enumerate(chosen)
        if listed[at] and not any(one.real in listed[other] for other in listed if other != at)
    ]


def _real(stats: Sequence[FileStat]) -> set[Path]:
    return {Path(stat.path).resolve() for stat in stats}


def _view(found: _Gathered, now: datetime, zone: str, language: str) -> UserView:
    facts = tuple(item.facts for item in found.items)
    place = zone_of(zone)
    finished = [(instant(one.finished, place), one.project) for one in facts if one.finished is not None]
    last = max(finished, key=lambda pair: pair[0], default=(None, None))[1]
    return UserView(
        user=UserId("oo-tip"),
        context=context(now, zone, busy=found.busy, last_project=last),
        facts=facts,
        busy=found.busy,
        language=language,
        connected=len(found.names),
    )


def _decide(view: UserView, found: _Gathered) -> Decision:
    policy = House()
    return decide(
        view,
        candidates(view),
        house.PARTS,
        policy,
        policy.initial(),
        id=DecisionId(f"tip-{found.fingerprint[:20]}"),
        seed=int(found.fingerprint[:12], 16),
    )


def _answer(decision: Decision, view: UserView, found: _Gathered) -> dict[str, Any]:
    """The answer of `POST /api/recommend`, and what could not be read."""
    said: dict[str, Any] = {"tip": None, "silence": None, "considered": decision.considered}
    chosen, silence = decision.tip, decision.silence
    if chosen is not None:
        ref = chosen.facts.ref
        item = next(item for item in found.items if item.facts.ref == ref)
        words = compose(chosen, item.title, view.context, voice_of(view))
        said["tip"] = {
            "id": decision.id,
            "kind": chosen.kind,
            "content": words.content,
            "why": words.why,
            "evidence": [{"source": found.connectors[ref], "ref": ref, "title": item.title}],
            "expires_at": expires_at(view.context).isoformat(),
        }
    elif silence is not None:
        only = found.names[0] if len(found.names) == 1 else None
        detail = silence_words(silence, view.context, voice_of(view), only)
        said["silence"] = {"reason": silence.reason, "detail": detail}
    said["unread"] = [{"file": one.file, "line": one.line, "reason": one.reason} for one in found.unread]
    return said


def _print(said: Mapping[str, Any], why: bool, words: Voice, out: TextIO, err: TextIO) -> None:
    tip, silence = said["tip"], said["silence"]
    out.write((tip["content"] if tip else words.t("Nothing now.")) + "\n")
    if why:
        out.write((tip["why"] if tip else silence["detail"]) + "\n")
    for note in said["unread"][:_MOST_LISTED]:
        place = f"{note['file']}, line {note['line']}" if note["line"] else note["file"]
        err.write(f"{place}: {note['reason']}\n")
    if (more := len(said["unread"]) - _MOST_LISTED) > 0:
        err.write(f"{more} more could not be read; --json lists all.\n")
