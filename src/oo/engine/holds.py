"""Which holds count at a moment: those whose time runs and whose item has not changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from oo.contracts.decisions import Candidate, Hold, HoldReason, UserView
from oo.contracts.ids import Ref
from oo.contracts.items import Facts


@dataclass(frozen=True, slots=True)
class Held:
    """The holds of one reason that are in force, by what they hold."""

    items: dict[str, list[Hold]] = field(default_factory=dict)
    series: dict[str, list[Hold]] = field(default_factory=dict)
    kinds: dict[str, list[Hold]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.items or self.series or self.kinds)

    def of_item(self, ref: Ref, version: str | None) -> list[Hold]:
        """Those on this item; one that names another version has lapsed."""
        return [hold for hold in self.items.get(ref, ()) if hold.version is None or hold.version == version]

    def on(self, candidate: Candidate, versions: dict[Ref, str]) -> list[Hold]:
        """Those on the candidate: on its item or one it stands for, on its series, on its kind."""
        facts = candidate.facts
        found = self.of_item(facts.ref, facts.version)
        for ref in candidate.also:
            if ref in self.items:
                found += self.of_item(ref, versions.get(ref))
        if facts.series is not None:
            found += self.series.get(facts.series, ())
        return found + self.kinds.get(candidate.topic, [])


def held(view: UserView, reason: HoldReason) -> Held:
    """The view's holds of this reason that are in force now; a hold is over at its `until`."""
    found = Held()
    now = view.context.now
    for hold in view.holds:
        if hold.reason == reason and (hold.until is None or now < hold.until):
            by = found.items if hold.scope == "item" else found.series if hold.scope == "series" else found.kinds
            by.setdefault(hold.target, []).append(hold)
    return found


def versions(facts: Iterable[Facts]) -> dict[Ref, str]:
    """The version of every item now."""
    return {one.ref: one.version for one in facts}


def last_end(holds: Iterable[Hold]) -> datetime | None:
    """When the last of these holds ends; None if one holds for good or there is none."""
    ends = [hold.until for hold in holds]
    return None if not ends or None in ends else max(end for end in ends if end is not None)
