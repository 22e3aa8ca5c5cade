"""Turns reactions and later news into rewards, and rewards into what policies know, in the unit of the event itself.

The consumer's cursor moves in the same unit, so a reward teaches exactly once. Late news replace a reward: what every
policy knows is computed again from the last revision without it, as if the news had come at once.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from math import inf
from typing import Any, cast

from sqlalchemy import Row

from oo.contracts.decisions import Decision
from oo.contracts.events import ConsentChanged, RewardAssigned, TaskCompleted, TaskReopened, TipReacted
from oo.contracts.policies import Learner, Lesson, Policy, State
from oo.engine.baseline import DAY, NOTHING_KNOWN, Baseline, Baselines
from oo.engine.learning.lessons import of_day
from oo.engine.reward import HORIZON, Outcome, Reward, reward
from oo.engine.rows import from_row
from oo.kernel.db import Transaction
from oo.kernel.ids import ulid
from oo.kernel.keys import Cipher
from oo.kernel.log import get_logger
from oo.kernel.module import Kit
from oo.kernel.outbox import Envelope
from oo.kernel.relay import Handler
from oo.modules.recommender.field import STATE, Field, opened, tag_of
from oo.modules.recommender.repository import learnt

BASELINE = "baselines.shares"
HABITS = "mood_habits"
"""The consent to learn from a person's past."""
log = get_logger("recommender")


class Learning:
    """What the recommender does with news of a tip."""

    def __init__(self, kit: Kit, field: Field) -> None:
        self._kit, self._field = kit, field

    @property
    def handlers(self) -> Mapping[str, Handler]:
        """What it follows."""
        return {
            "tips.tip.reacted": self.on_reacted,
            "signals.task.completed": self.on_completed,
            "signals.task.reopened": self.on_reopened,
            "profile.consent.changed": self.on_consent,
        }

    def tags(self, tx: Transaction) -> list[str]:
        """The policies that learn now, as rows name them."""
        return [tag_of(policy) for policy in self._field.learners(tx)]

    def on_reacted(self, tx: Transaction, envelope: Envelope) -> None:
        """A reaction, or one taken back: the reward is what it is worth now."""
        assert isinstance(envelope.data, TipReacted)
        self._assess(tx, envelope, envelope.data.tip)

    def on_completed(self, tx: Transaction, envelope: Envelope) -> None:
        """A task was completed in its source: whatever tip spoke of it within the horizon may have helped."""
        done = envelope.data
        assert isinstance(done, TaskCompleted)
        at = envelope.at
        if done.finished_at is not None and at - done.finished_at >= DAY:  # many sources know the day alone
            at = done.finished_at
        learnt.complete(tx, envelope.user, done.ref, at)
        if done.past:  # no tip spoke of it
            return
        for tip in learnt.tips_of(tx, envelope.user, done.ref, at - HORIZON):
            self._assess(tx, envelope, tip)

    def on_reopened(self, tx: Transaction, envelope: Envelope) -> None:
        """A completion was taken back."""
        assert isinstance(envelope.data, TaskReopened)
        ref = envelope.data.ref
        if learnt.reopen(tx, envelope.user, ref):
            for tip in learnt.tips_of(tx, envelope.user, ref, envelope.at - HORIZON):
                self._assess(tx, envelope, tip)

    def on_consent(self, tx: Transaction, envelope: Envelope) -> None:
        """The person lets oO learn from their past, or takes that back: what was learnt is forgotten."""
        assert isinstance(envelope.data, ConsentChanged)
        if envelope.data.key == HABITS:
            learnt.allow_learning(tx, envelope.user, envelope.data.granted, envelope.at)

    def live(self, tx: Transaction, user: str, days: Sequence[Lived], at: datetime) -> None:
        """Learn from ended days: what was done of all that was open, and had not been a tip."""
        if learnt.learns_after(tx, user) is None:
            return
        first = learnt.next_seq(tx, user)
        for seq, day in enumerate(days, first):
            row = {"decision_id": day.decision, "kind": day.kind, "shown": json.dumps(day.shown), "at": at}
            learnt.add_lesson(tx, {"user_id": user, "seq": seq, "done": json.dumps(day.done), **row})
        if days:
            self._teach(tx, user, first + len(days) - 1, at, self._field.learners(tx), replaced=False)

    def catch_up(self, tx: Transaction, user: str, policy: Policy, instant: datetime) -> None:
        """Let a policy that stands by learn what was assigned before an instant, where it has not yet."""
        last = learnt.unlearnt_by(tx, user, tag_of(policy), instant)
        if last is not None and learnt.learns_after(tx, user) is not None:
            self._learn(tx, user, policy, last.seq, last.at, from_row, upto=last.seq)

    def _assess(self, tx: Transaction, envelope: Envelope, tip_id: str) -> None:
        """Assign what the tip is worth by now, when that is another than before."""
        user, at = envelope.user, envelope.at
        tip = learnt.worth(tx, user, tip_id)
        if tip is None:
            return
        outcome = _outcome(tx, tip, at)
        found = reward(outcome, self._baseline(tx, tip) if outcome.completed_after is not None else NOTHING_KNOWN)
        is_new = tip.seq is None
        if found is None:
            if is_new or not tip.weight:
                return
            found = Reward(0.0, 0.0, "undone", provisional=False)
        elif _told(tip) == (found.value, found.weight, found.why, found.provisional):
            return
        seq = learnt.next_seq(tx, user) if is_new else tip.seq
        learnt.keep_reward(
            tx,
            {
                "tip_id": tip.id,
                "user_id": user,
                "seq": seq,
                "value": found.value,
                "weight": found.weight,
                "why": found.why,
                "provisional": found.provisional,
                "burden": found.burden,
                "at": at if is_new else tip.assigned_at,
                "updated_at": at,
            },
        )
        if (tip.value, tip.weight) != (found.value, found.weight):
            # Whoever decides for nobody learns when it is asked: nobody waits for it.
            self._teach(tx, user, seq, at, self._field.deciding_learners(tx), replaced=not is_new)
        event = RewardAssigned(tip.id, found.value, found.weight, found.why, found.provisional)
        derived = self._derived(envelope.id, tip.id)
        self._kit.outbox.publish(tx, self._kit.outbox.envelope(user, event, id=derived, at=at))

    def _teach(
        self, tx: Transaction, user: str, seq: int, at: datetime, learners: Sequence[Policy], *, replaced: bool
    ) -> None:
        """Let learners learn up to `seq`; where that was another before, from the last state without it."""
        if replaced:
            learnt.outdate(tx, user, seq)
        if not learners or learnt.learns_after(tx, user) is None:
            return
        read = cache(from_row)  # the same decisions teach every one of them
        for policy in learners:
            try:
                self._learn(tx, user, policy, seq, at, read)
            except (ArithmeticError, LookupError, TypeError, ValueError) as error:  # a bug of this one policy
                log.error("policy.broken", plugin=policy.id, error=type(error).__name__)

    def _learn(
        self,
        tx: Transaction,
        user: str,
        policy: Policy,
        seq: int,
        at: datetime,
        read: Callable[[str], Decision],
        *,
        upto: float = inf,
    ) -> None:
        from oo.engine.states import to_bytes  # numpy comes with it, and is loaded when somebody learns

        tag, cipher = tag_of(policy), self._kit.keys.cipher(user)
        base = learnt.state_without(tx, user, tag, seq)
        state = self._field.initial(policy) if base is None else opened(self._kit.keys, user, base.state)
        through = max(0 if base is None else base.through, learnt.learns_after(tx, user) or 0)
        taught = [*learnt.taught(tx, user, through), *(learnt.lived(tx, user, through) if _learns(policy) else ())]
        for row in sorted((row for row in taught if row.seq <= upto), key=lambda row: row.seq):
            state, through = _after(policy, state, row, read), row.seq
        last = learnt.state(tx, user, tag)
        learnt.add_state(
            tx,
            {
                "user_id": user,
                "policy": tag,
                "revision": 1 if last is None else last.revision + 1,
                "through": max(through, seq),
                "stale": False,
                "at": at,
                "state": cipher.seal_bytes(STATE, to_bytes(state)),
            },
        )

    def _baseline(self, tx: Transaction, tip: Row[Any]) -> Baseline:
        sealed = learnt.baseline(tx, tip.user_id)
        if sealed is None:
            return NOTHING_KNOWN
        return baselines_from(self._kit.keys.cipher(tip.user_id), sealed).of(tip.topic)

    def _derived(self, event: str, tip: str) -> str:
        """The same identity however often the unit runs; it sorts beside the event that it follows from."""
        return event[:10] + ulid(int(self._kit.keys.digest("reward", f"{event} {tip}"), 16))[10:]


@dataclass(frozen=True, slots=True)
class Lived:
    """A lesson of a day, by references: of a decision's candidates without those that were shown, which were done."""

    decision: str
    kind: str
    shown: Sequence[str]
    done: Sequence[str]


def lesson(decision: Decision, shown: Collection[str], done: Collection[str], kind: str) -> Lesson | None:
    """The lesson of this kind of a day that began with a decision; None when the day does not teach it."""
    open_then = [one for one in decision.candidates if one.id not in shown]
    return next((one for one in of_day(decision.context, open_then, done) if one.kind == kind), None)


def state_json(cipher: Cipher, sealed: bytes) -> Mapping[str, Any]:
    """A state as its owner may read it."""
    from oo.engine.states import from_bytes

    state = from_bytes(cipher.open_bytes(STATE, sealed))
    return {"version": state.version, **{name: array.tolist() for name, array in state.arrays.items()}}


def baselines_json(cipher: Cipher, sealed: bytes) -> Any:
    """Baselines as their owner may read them."""
    return json.loads(cipher.open(BASELINE, sealed))


def sealed_baselines(cipher: Cipher, found: Baselines) -> bytes:
    """Baselines as ciphertext."""
    topics = {topic: [one.day, one.week] for topic, one in found.topics.items()}
    row = {"overall": [found.overall.day, found.overall.week], "topics": topics, "exposures": found.exposures}
    return cipher.seal(BASELINE, json.dumps(row, separators=(",", ":")))


def baselines_from(cipher: Cipher, sealed: bytes) -> Baselines:
    """Read what `sealed_baselines` wrote."""
    row = baselines_json(cipher, sealed)
    topics = {topic: Baseline(*shares) for topic, shares in row["topics"].items()}
    return Baselines(Baseline(*row["overall"]), topics, row["exposures"])


def _outcome(tx: Transaction, tip: Row[Any], at: datetime) -> Outcome:
    return Outcome(
        kind=tip.kind,
        seen=tip.action is not None or learnt.seen(tx, tip.id),
        age=at - tip.served_at,
        action=tip.action,
        dwell_ms=tip.dwell_ms,
        completed_after=None if tip.completed_at is None else tip.completed_at - tip.served_at,
    )


def _told(row: Row[Any]) -> tuple[float | None, float | None, str | None, bool | None]:
    return row.value, row.weight, row.why, row.provisional


def _learns(policy: Policy) -> bool:
    """Whether a policy learns from life, too."""
    return hasattr(policy, "learn")


def _after(policy: Policy, state: State, row: Row[Any], read: Callable[[str], Decision]) -> State:
    """The state after a reward or a lesson."""
    if hasattr(row, "kind"):
        taught = lesson(read(row.row), json.loads(row.shown), json.loads(row.done), row.kind)
        return state if taught is None else cast("Learner", policy).learn(state, taught)
    return policy.update(state, read(row.row), row.value, row.weight)
