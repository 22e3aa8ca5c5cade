"""What the notifier does when something happened elsewhere: moments begin, what was sent is answered or overtaken."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Row

from oo.contracts.events import (
    ConsentChanged,
    PrefSet,
    TaskChanged,
    TaskCompleted,
    TaskDeleted,
    TipReacted,
    TipSeen,
    TipServed,
)
from oo.contracts.thoughts import agent_of
from oo.contracts.zones import zone_of
from oo.engine.interrupting.slots import arm_of
from oo.engine.interrupting.worth import JUST_IN_TIME_MINUTES, reward_of
from oo.engine.when import day_of
from oo.kernel.db import Transaction
from oo.kernel.module import Kit
from oo.kernel.outbox import Envelope
from oo.kernel.relay import Handler
from oo.modules.notifier import presence
from oo.modules.notifier.devices import known_zone
from oo.modules.notifier.gathering import LEARNT_FROM, day_seed
from oo.modules.notifier.planned import point_row
from oo.modules.notifier.repository import devices, log, moments

TASK_CLOSED, FIRST_ACTIVITY = "task-closed", "first-activity"
AFTER_TASK = timedelta(minutes=2)
"""A task that was closed may be opened again, and somebody may close the next: the moment is when they look up."""
AFTER_ARRIVAL = timedelta(minutes=10)
"""Whoever begins their day here sees the tip on the page; this is for when they have gone on."""
WORDS = {"done": "done", "snooze": "snoozed", "dismiss": "dismissed"}


def handlers(kit: Kit) -> Mapping[str, Handler]:
    """What the room follows."""
    return {
        "tips.tip.reacted": partial(on_reacted, kit),
        "tips.tip.seen": partial(on_seen, kit),
        "tips.tip.served": partial(on_served, kit),
        "signals.task.completed": partial(on_task, kit),
        "signals.task.changed": partial(on_task, kit),
        "signals.task.deleted": partial(on_task, kit),
        "signals.busy.changed": on_busy,
        "profile.pref.set": on_pref,
        "profile.context.changed": on_busy,
        "profile.consent.changed": on_consent,
    }


def on_reacted(kit: Kit, tx: Transaction, envelope: Envelope) -> None:
    """Somebody reacted, anywhere: the push is answered, its other devices are told, and the moment has its reward."""
    said, at, user = envelope.data, envelope.at, envelope.user
    assert isinstance(said, TipReacted)
    here = devices.presence(tx, user)
    if here is None:  # nothing was ever to be sent to them
        return
    pushes = log.of_tip(tx, user, said.tip)
    if said.action == "undo":
        for push in pushes:
            log.change_push(tx, push.id, {"verb": None, "reacted_at": None})
        _reward(tx, user, said.tip, None, at)
        return
    for push in pushes:
        if push.verb is None:
            log.change_push(tx, push.id, {"verb": said.action, "reacted_at": at})
        log.drop_unclaimed(tx, [push.id], WORDS.get(said.action, "overtaken"))
        log.take_back(tx, [push.id], WORDS.get(said.action, "overtaken"), at)
        _never_sent(tx, push, WORDS.get(said.action, "overtaken"))
    _reward(tx, user, said.tip, said.action, at)
    if said.action == "done" and agent_of(said.ref) is None:
        _closed(kit, tx, here, said.ref, at)
    _active(kit, tx, here, at)


def on_seen(kit: Kit, tx: Transaction, envelope: Envelope) -> None:
    """A tip was on a screen: it isn't pushed any more."""
    seen = envelope.data
    assert isinstance(seen, TipSeen)
    if devices.change_presence(tx, envelope.user, {"seen_tip": seen.tip}):
        presence.here(tx, envelope.user, "", envelope.at)
        if (here := devices.presence(tx, envelope.user)) is not None:
            _active(kit, tx, here, envelope.at)


def on_served(kit: Kit, tx: Transaction, envelope: Envelope) -> None:
    """Another tip stands: what was sent about the one before is overtaken."""
    served = envelope.data
    assert isinstance(served, TipServed)
    _overtake(tx, log.standing_before(tx, envelope.user, served.tip), "overtaken", envelope.at)


def on_task(kit: Kit, tx: Transaction, envelope: Envelope) -> None:
    """A task changed, was finished or is gone in its source: what was sent about it is overtaken."""
    task, user, at = envelope.data, envelope.user, envelope.at
    assert isinstance(task, TaskChanged | TaskCompleted | TaskDeleted)
    past = isinstance(task, TaskCompleted) and task.past
    here = None if past else devices.presence(tx, user)
    if here is None:
        return
    standing = log.standing(tx, user, ref=task.ref)
    if isinstance(task, TaskCompleted):
        for push in standing:
            log.change_push(tx, push.id, {"verb": "done", "reacted_at": at})
            _reward(tx, user, push.tip_id, "done", at)
        _closed(kit, tx, here, task.ref, at)
        _active(kit, tx, here, at)
    _overtake(tx, standing, "done" if isinstance(task, TaskCompleted) else "overtaken", at)


def on_busy(tx: Transaction, envelope: Envelope) -> None:
    """The calendar or a context changed: moments are looked for anew."""
    devices.change_presence(tx, envelope.user, {"due_at": envelope.at})


def on_pref(tx: Transaction, envelope: Envelope) -> None:
    """The person's zone or day is another: their day is planned anew, and the old zone's day still counts."""
    pref = envelope.data
    assert isinstance(pref, PrefSet)
    if pref.key == "zone" and devices.presence(tx, envelope.user) is not None:
        presence.here(tx, envelope.user, known_zone(pref.value), envelope.at, visit=False)
    elif pref.key == "day_ends_at":
        devices.change_presence(tx, envelope.user, {"planned_day": 0, "due_at": envelope.at})


def on_consent(tx: Transaction, envelope: Envelope) -> None:
    """Who takes back that their past is learnt from is unlearnt."""
    consent = envelope.data
    assert isinstance(consent, ConsentChanged)
    if consent.key == LEARNT_FROM and not consent.granted:
        moments.unlearn(tx, envelope.user)


def _overtake(tx: Transaction, pushes: list[Row[Any]], reason: str, at: datetime) -> None:
    for push in pushes:
        log.drop_unclaimed(tx, [push.id], reason)
        log.take_back(tx, [push.id], reason, at)
        if push.sent_at is not None:
            log.change_push(tx, push.id, {"state": "withdrawn", "reason": reason})
        _never_sent(tx, push, reason)


def _never_sent(tx: Transaction, push: Row[Any], reason: str) -> None:
    if push.sent_at is None:
        log.change_push(tx, push.id, {"state": log.DROPPED, "reason": reason})
        moments.unsend(tx, push.point_id, reason)


def _reward(tx: Transaction, user: str, tip: str, verb: str | None, at: datetime) -> None:
    """Give the moments of the last half hour their reward; what is answered later was not in time."""
    value = None if verb is None else reward_of(verb, 0.0)
    moments.reward(tx, user, tip, value, at - timedelta(minutes=JUST_IN_TIME_MINUTES), at)


def _closed(kit: Kit, tx: Transaction, here: Row[Any], ref: str, at: datetime) -> None:
    """A task was closed, here or in its source: it is one moment however often it is told."""
    day = _day(here, at)
    if arm_of(day_seed(kit.keys, here.user_id, day)) == "learnt":
        mark = f"{day}:{hashlib.sha256(ref.encode()).hexdigest()[:32]}"
        moments.add_point(tx, point_row(kit.ids, here.user_id, TASK_CLOSED, mark, at + AFTER_TASK, day))


def _active(kit: Kit, tx: Transaction, here: Row[Any], at: datetime) -> None:
    """The first activity of a person's day is a moment, some minutes later."""
    day = _day(here, at)
    if here.active_day >= day:
        return
    devices.change_presence(tx, here.user_id, {"active_day": day})
    if arm_of(day_seed(kit.keys, here.user_id, day)) == "learnt":
        moments.add_point(tx, point_row(kit.ids, here.user_id, FIRST_ACTIVITY, str(day), at + AFTER_ARRIVAL, day))


def _day(here: Row[Any], at: datetime) -> int:
    """The person's day, by the zone and day boundary that the last look saw."""
    return day_of(at, zone_of(here.zone or "UTC"), time.fromisoformat(here.day_ends_at)).toordinal()
