"""The moment in numbers: what the timing bandit is asked with, and how that is logged and read again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import Row

from oo.contracts.deliveries import Arm
from oo.contracts.policies import State
from oo.contracts.tips import Tip
from oo.contracts.zones import zone_of
from oo.engine.interrupting import Verdict
from oo.engine.interrupting.deciding import weigh
from oo.engine.interrupting.worth import value_later, value_now
from oo.engine.states import from_bytes, to_bytes
from oo.engine.timing import SHIPPED, Moment, Send, moment, share
from oo.kernel.keys import Keys
from oo.modules.notifier.gathering import Person

LEARNT = "tempers.learnt"
_DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Weighed:
    """What was decided where the rules allowed it, as it is to be written."""

    verdict: Verdict
    worth: float
    text: str
    temper: dict[str, Any] | None
    """A new row of what was learnt, for somebody who had none."""
    price: tuple[float, float] | None
    """Price and dose after the moment, for everybody else."""


def weighed(keys: Keys, person: Person, tip: Tip, arm: Arm, *, seed: int, day_seed: int) -> Weighed:
    """Whether it is worth it now, and what the moment leaves behind."""
    allowed = allowed_share(person)
    state = state_of(keys, person, allowed)
    worth, later = values(person, tip)
    vectors = moment_of(person, state, worth, later)
    verdict = weigh(state, vectors, arm, seed=seed, share=allowed, day_seed=day_seed, a_day=person.situation.a_day)
    assert verdict.send is not None
    after = SHIPPED.spent(state, verdict.send, allowed)
    text = moment_text(verdict, vectors, allowed, SHIPPED.dose(state))
    if person.own.temper is None:
        return Weighed(verdict, worth, text, temper_row(keys, person.user, after, "", person.situation.now), None)
    return Weighed(verdict, worth, text, None, (float(after.arrays["price"][0]), float(after.arrays["dose"][0])))


def state_of(keys: Keys, person: Person, allowed: float) -> State:
    """What was learnt of the person, or what everybody begins with."""
    row = person.own.temper
    if row is None:
        return SHIPPED.initial(allowed)
    kept = from_bytes(keys.cipher(person.user).open_bytes(LEARNT, row.learnt))
    return State(kept.version, {**kept.arrays, "price": np.array([row.price]), "dose": np.array([row.dose])})


def temper_row(keys: Keys, person: str, state: State, through: str, now: Any) -> dict[str, Any]:
    """A state as it is kept: price and dose in the open, as they change at every moment, the rest sealed."""
    kept = State(state.version, {name: state.arrays[name] for name in ("mean", "covariance")})
    return {
        "user_id": person,
        "price": float(state.arrays["price"][0]),
        "dose": float(state.arrays["dose"][0]),
        "learnt": keys.cipher(person).seal_bytes(LEARNT, to_bytes(kept)),
        "through": through,
        "at": now,
    }


def allowed_share(person: Person) -> float:
    """The share of moments that may be interrupted, from the budget and how many moments past days had."""
    counts: dict[int, int] = {}
    for row in person.own.past:
        if row.day != person.ordinal:
            counts[row.day] = counts.get(row.day, 0) + 1
    return share(float(person.situation.a_day), [counts[day] for day in sorted(counts)])


def values(person: Person, tip: Tip) -> tuple[float, float]:
    """What the tip is worth now, and what the best tip of the rest of the day may be worth."""
    shown = sum(row.many for row in person.own.tried if row.topic == tip.topic)
    acted = sum(row.many for row in person.own.tried if row.topic == tip.topic and row.verb == "done")
    now = value_now(tip.topic, acted, shown)
    offset = person.situation.now.astimezone(zone_of(person.situation.zone)).utcoffset()
    shift = 0.0 if offset is None else offset.total_seconds()
    clock = (person.situation.now.timestamp() + shift) % _DAY
    best: dict[int, float] = {}
    for row in person.own.past:
        if row.day != person.ordinal and row.value is not None and (row.at.timestamp() + shift) % _DAY > clock:
            best[row.day] = max(best.get(row.day, 0.0), row.value)
    return now, value_later(list(best.values()), now)


def moment_of(person: Person, state: State, now: float, later: float) -> Moment:
    """The vectors of the moment."""
    situation = person.situation
    local = situation.now.astimezone(zone_of(situation.zone))
    last = max((one.at for one in situation.sent), default=None)
    return moment(
        hour=local.hour + local.minute / 60,
        weekend=person.day.weekday() >= 5,
        days_of_use=max((situation.now - person.own.presence.since).total_seconds() / _DAY, 0.0),
        minutes_since_interruption=None if last is None else max((situation.now - last).total_seconds() / 60, 0.0),
        minutes_since_use=(
            None if situation.here_at is None else max((situation.now - situation.here_at).total_seconds() / 60, 0.0)
        ),
        dose=SHIPPED.dose(state),
        value_now=now,
        value_later=later,
    )


def moment_text(verdict: Verdict, vectors: Moment | None, share: float, dose: float) -> str:
    """The whole decision as it is logged: it can be computed again from this."""
    if verdict.send is None or vectors is None:
        return "{}"
    send = verdict.send
    row = {
        "seed": send.seed,
        "effect": send.effect,
        "variance": send.variance,
        "price": send.price,
        "held_out": send.held_out,
        "share": share,
        "dose": dose,
        "base": [round(float(number), 9) for number in vectors.base],
        "features": [round(float(number), 9) for number in vectors.effect],
    }
    return json.dumps(row, separators=(",", ":"))


def read_moment(row: Row[Any]) -> tuple[Moment, Send, Mapping[str, float]] | None:
    """A logged decision again; None for a point at which there was none."""
    kept = json.loads(row.moment)
    if "seed" not in kept:
        return None
    send = Send(
        *(row.probability, row.sent, kept["held_out"], kept["seed"]),
        *(kept["effect"], kept["variance"], kept["price"]),
    )
    return Moment(np.array(kept["base"]), np.array(kept["features"])), send, kept
