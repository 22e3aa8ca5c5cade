"""Reactions: stored at once, told to the rooms by event, and taken back while undo is open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row

from oo.contracts.errors import Conflict, Invalid, NotFound, Overtaken, TooLate
from oo.contracts.events import TipReacted, TipSeen, UndoHeld
from oo.contracts.ids import DecisionId, UserId
from oo.contracts.profiles import Profiles
from oo.contracts.thoughts import agent_of
from oo.contracts.tips import Outcome, Reaction, Undoable
from oo.engine.when import context
from oo.kernel.db import Transaction
from oo.kernel.module import Kit
from oo.modules.recommender import repository
from oo.modules.recommender.words import open_words

ITEM_DAYS = KIND_DAYS = 30
REST_DAYS = 14
"""What an agent knows is not the tip again so long after it was good to know."""
UNDO_AT_MOST = timedelta(seconds=80)
BACK_FOR = timedelta(minutes=10)
"""A tip that comes back by undo stands at least this long, although its time would be over."""
KEY_AT_MOST = 80
SNOOZE_AT_MOST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class _Fresh:
    """Identities and the instant of a reaction, made before its unit, which may run again."""

    event: str
    hold: str
    now: datetime
    day_ends: datetime
    """When the person's day is over, for a dismissal that lasts as long."""


class Reactions:
    """Everything a person does with a tip."""

    def __init__(self, kit: Kit, profiles: Profiles) -> None:
        self._kit, self._profiles = kit, profiles

    async def react(self, user: UserId, reaction: Reaction) -> Outcome:
        """See `Tips.react`."""
        now = self._kit.clock.now()
        _check(reaction, now)
        day_ends = await self._day_ends(user, now) if _is_for_now(reaction) else now
        fresh = _Fresh(self._kit.ids.new(), self._kit.ids.new(), now, day_ends)

        def unit(tx: Transaction) -> Outcome:
            before, active = repository.reactions_before(tx, user, reaction.key, reaction.tip)
            if before is not None:
                if _told(before) != _asked(reaction):
                    raise Conflict("This key was used for another reaction. Send a new key with each reaction.")
                return Outcome(reaction.action, self._undoable(tx, user, reaction.tip, now), repeated=True)
            tip = _own(tx, user, reaction.tip)
            if reaction.action == "undo":
                return self._undo(tx, user, tip, active, reaction, fresh)
            if active is not None:
                if active.action == reaction.action:
                    return Outcome(reaction.action, self._undoable(tx, user, reaction.tip, now), repeated=True)
                raise Conflict("Answered on another device.")
            if tip.kind == "insight" and reaction.action == "snooze":
                raise Invalid("An insight can't be put off: there is nothing to do later. Answer done or dismiss.")
            if tip.state == repository.FINISHED:
                source = open_words(self._kit.keys.cipher(user), tip.words).source_name
                raise Overtaken(f"Already done in {source}.", source=source)
            if tip.state == repository.GONE:
                raise Overtaken
            return self._store(tx, user, tip, reaction, fresh)

        return await self._kit.db.write(unit)

    async def hold(self, user: UserId, tip_id: DecisionId) -> Undoable:
        """See `Tips.hold_undo`."""
        fresh = _Fresh(self._kit.ids.new(), "", self._kit.clock.now(), self._kit.clock.now())
        now = fresh.now

        def unit(tx: Transaction) -> Undoable:
            tip = _own(tx, user, tip_id)
            active = repository.active_reaction(tx, user, tip_id)
            if active is None or now > active.undo_until:
                raise TooLate
            until = max(active.undo_until, min(active.at + UNDO_AT_MOST, now + timedelta(seconds=tip.undo_seconds)))
            repository.move_undo(tx, user, active.key, until)
            self._publish(tx, user, UndoHeld(tip_id, until), fresh)
            undoable = self._undoable(tx, user, tip_id, now)
            assert undoable is not None
            return undoable

        return await self._kit.db.write(unit)

    async def undoable(self, user: UserId, tip_id: DecisionId) -> Undoable | None:
        """See `Tips.undoable`."""
        now = self._kit.clock.now()
        return await self._kit.db.read(lambda tx: self._undoable(tx, user, tip_id, now))

    async def seen(self, user: UserId, tip_id: DecisionId, surface: str) -> None:
        """See `Tips.seen`."""
        if await self._kit.db.read(lambda tx: repository.was_seen(tx, user, tip_id)):
            return
        row = {"tip_id": tip_id, "user_id": user, "surface": surface, "at": self._kit.clock.now()}
        envelope = self._kit.outbox.envelope(user, TipSeen(tip_id, surface))

        def unit(tx: Transaction) -> None:
            _own(tx, user, tip_id)
            if repository.add_view(tx, row):
                self._kit.outbox.publish(tx, envelope)

        await self._kit.db.write(unit)

    async def _day_ends(self, user: UserId, now: datetime) -> datetime:
        profile = await self._profiles.get(user=user)
        return context(now, profile.zone, profile.day_ends_at).day_end

    def _store(self, tx: Transaction, user: UserId, tip: Row[Any], reaction: Reaction, fresh: _Fresh) -> Outcome:
        now = fresh.now
        undo_until = now + timedelta(seconds=tip.undo_seconds)
        scope = (reaction.scope or "now") if reaction.action == "dismiss" else None
        repository.add_reaction(
            tx,
            {
                "user_id": user,
                "key": reaction.key,
                "tip_id": tip.id,
                "action": reaction.action,
                "scope": scope,
                "until": reaction.until if reaction.action == "snooze" else None,
                "dwell_ms": reaction.dwell_ms,
                "at": now,
                "undo_until": undo_until,
            },
        )
        hold = _hold(tip, reaction, scope, fresh)
        repository.add_hold(tx, {"id": fresh.hold, "user_id": user, "tip_id": tip.id, "since": now, **hold})
        repository.set_state(tx, tip.id, repository.REACTED)
        if tip.state != repository.STANDING or tip.expires_at <= now:  # a newer one may stand, of the same task
            repository.overtake_held(tx, user, hold["scope"], hold["target"])
        event = TipReacted(
            tip.id, reaction.action, tip.ref, tip.version, scope or "", reaction.until, undo_until, reaction.dwell_ms
        )
        self._publish(tx, user, event, fresh)
        return Outcome(reaction.action, self._view(user, tip, reaction.action, scope, reaction.until, undo_until))

    def _undo(
        self, tx: Transaction, user: UserId, tip: Row[Any], active: Row[Any] | None, reaction: Reaction, fresh: _Fresh
    ) -> Outcome:
        now = fresh.now
        if active is None:
            raise Conflict("There is nothing to undo.")
        if now > active.undo_until:
            words = open_words(self._kit.keys.cipher(user), tip.words)
            if agent_of(tip.ref) is not None:
                raise TooLate("The time to undo is over.")
            name = words.source_name or "The source"
            raise TooLate(f"{name} has it already. Open it there.", source=name)
        repository.mark_undone(tx, user, active.key, now)
        repository.release(tx, user, tip_id=tip.id)
        repository.stand_again(tx, user, tip.id, max(tip.expires_at, now + BACK_FOR))
        repository.add_reaction(
            tx, {"user_id": user, "key": reaction.key, "tip_id": tip.id, "action": "undo", "at": now}
        )
        event = TipReacted(tip.id, "undo", tip.ref, tip.version)
        self._publish(tx, user, event, fresh)
        return Outcome("undo", None)

    def _publish(self, tx: Transaction, user: UserId, event: TipReacted | UndoHeld, fresh: _Fresh) -> None:
        self._kit.outbox.publish(tx, self._kit.outbox.envelope(user, event, id=fresh.event, at=fresh.now))

    def _undoable(self, tx: Transaction, user: UserId, tip_id: DecisionId, now: datetime) -> Undoable | None:
        active = repository.active_reaction(tx, user, tip_id)
        tip = repository.tip(tx, user, tip_id)
        if tip is None or active is None or now > active.undo_until:
            return None
        return self._view(user, tip, active.action, active.scope, active.until, active.undo_until)

    def _view(
        self, user: UserId, tip: Row[Any], action: Any, scope: Any, moment: datetime | None, until: datetime
    ) -> Undoable:
        words = open_words(self._kit.keys.cipher(user), tip.words)
        return Undoable(DecisionId(tip.id), action, tip.kind, until, words.source_name, words.writable, moment, scope)


def _own(tx: Transaction, user: UserId, tip_id: str) -> Row[Any]:
    tip = repository.tip(tx, user, tip_id)
    if tip is None:
        raise NotFound
    return tip


def _is_for_now(reaction: Reaction) -> bool:
    return reaction.action == "dismiss" and (reaction.scope or "now") == "now"


def _told(row: Row[Any]) -> tuple[object, ...]:
    return row.tip_id, row.action, row.scope, row.until


def _asked(reaction: Reaction) -> tuple[object, ...]:
    scope = (reaction.scope or "now") if reaction.action == "dismiss" else None
    return reaction.tip, reaction.action, scope, reaction.until if reaction.action == "snooze" else None


def _check(reaction: Reaction, now: datetime) -> None:
    if not 1 <= len(reaction.key) <= KEY_AT_MOST:
        raise Invalid(f"`key` has {len(reaction.key)} characters; it needs 1 to {KEY_AT_MOST}.")
    if reaction.action != "snooze":
        return
    if reaction.until is None or reaction.until.tzinfo is None:
        raise Invalid("A snooze needs `until`, an instant with its offset, such as 2026-11-22T08:30:00+01:00.")
    if reaction.until <= now:
        raise Invalid("`until` has passed. Choose a moment in the future.")
    if reaction.until > now + SNOOZE_AT_MOST:
        raise Invalid("`until` is more than a year away. Choose a nearer moment.")


def _hold(tip: Row[Any], reaction: Reaction, scope: str | None, fresh: _Fresh) -> Mapping[str, Any]:
    """What a reaction holds back, and until when."""
    item = {"scope": "item", "target": tip.ref, "version": None, "for_now": 0}
    is_thought = agent_of(tip.ref) is not None
    if reaction.action == "done" and is_thought:
        return {**item, "reason": "done", "until": fresh.now + timedelta(days=REST_DAYS)}
    if reaction.action == "done":
        return {**item, "reason": "done", "version": tip.version, "until": None}
    if reaction.action == "snooze":
        return {**item, "reason": "snoozed", "until": reaction.until}
    if scope == "now":
        return {**item, "reason": "dismissed", "until": fresh.day_ends, "for_now": 1}
    if scope == "kind":
        until = fresh.now + timedelta(days=KIND_DAYS)
        return {**item, "reason": "dismissed", "scope": "kind", "target": tip.topic, "until": until}
    until = fresh.now + timedelta(days=ITEM_DAYS)
    if tip.series is not None:  # every occurrence: the next one would be the same task to the person
        return {**item, "reason": "dismissed", "scope": "series", "target": tip.series, "until": until}
    # An agent says something else every day, so what it says next is held back, too.
    return {**item, "reason": "dismissed", "version": None if is_thought else tip.version, "until": until}
