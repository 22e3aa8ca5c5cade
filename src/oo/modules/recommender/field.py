"""The policies that are at hand: who decides for whom, and with what they have learnt of the person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from oo.contracts.lineups import Arm, Lineup
from oo.contracts.policies import Policy, State
from oo.engine import assignment
from oo.kernel.db import Transaction
from oo.kernel.keys import Keys
from oo.kernel.log import get_logger
from oo.kernel.module import Kit
from oo.kernel.settings import SettingWrong
from oo.modules.recommender.repository import learnt

STATE = "states.state"
log = get_logger("recommender")


@dataclass(frozen=True, slots=True)
class Decider:
    """Who decides for a person now, and with what."""

    policy: Policy
    state: State
    revision: int
    """Of the state; 0 before anything was learnt."""
    arm: Arm

    @property
    def notes(self) -> Mapping[str, Any]:
        """What the decision's row has to say, so that it can be computed again."""
        said: dict[str, Any] = {"state": self.revision} if self.revision else {}
        return said if self.arm == "champion" else {**said, "arm": self.arm}


class Field:
    """Knows every policy, loads those that are asked for, and reads what they have learnt."""

    def __init__(self, kit: Kit) -> None:
        """Raises `SettingWrong` when OO_POLICY names none."""
        self._plugins, self._keys = kit.plugins.get("policies", {}), kit.keys
        self.setting = kit.settings.policy.replace("-", "_")
        if self.setting not in self._plugins:
            wanted = f"OO_POLICY is {kit.settings.policy!r}"
            raise SettingWrong(f"{wanted}, which is none of: {', '.join(sorted(self._plugins))}.")
        self._loaded: dict[str, tuple[Policy, State]] = {}
        self._known_broken: set[str] = set()
        self._shadows = tuple(one for one, plugin in sorted(self._plugins.items()) if plugin.manifest.stage == "shadow")

    @property
    def ids(self) -> Sequence[str]:
        """Every policy that could decide."""
        return sorted(self._plugins)

    def policy(self, id: str) -> Policy | None:
        """A policy by its id, or None when there is none or its code does not load."""
        found = self._load(id)
        return None if found is None else found[0]

    def named(self, tag: str) -> Policy | None:
        """The policy that a row names `<id>@<hash>`, when it is exactly that one."""
        policy = self.policy(tag.partition("@")[0])
        return policy if policy is not None and tag_of(policy) == tag else None

    def lineup(self, tx: Transaction) -> Lineup:
        """Who decides for whom now: what was appointed last, or the settings' policy when that was set anew since."""
        row = learnt.lineup(tx)
        if row is None or row.setting != self.setting:
            return Lineup(self.setting)
        return Lineup(*(row.champion, row.challenger, row.share, row.former, row.kept_back, row.trial), at=row.at)

    def decider(self, tx: Transaction, user: str) -> Decider:
        """Who decides for the person; a policy that isn't there any more is stood in for by the settings' one."""
        lineup = self.lineup(tx)
        arm = assignment.arm(lineup, user)
        found = self._load(assignment.decider(lineup, user))
        if found is None:
            arm, found = "champion", self._load(self.setting)
        assert found is not None, "the settings' policy was loaded at the start"
        policy, initial = found
        if not initial.arrays:
            return Decider(policy, initial, 0, arm)
        row = learnt.state(tx, user, tag_of(policy))
        if row is None:
            return Decider(policy, initial, 0, arm)
        return Decider(policy, opened(self._keys, user, row.state), row.revision, arm)

    def initial(self, policy: Policy) -> State:
        """What a policy begins with."""
        found = self._load(policy.id)
        return policy.initial() if found is None or found[0] is not policy else found[1]

    def watched(self, tx: Transaction) -> list[Policy]:
        """Those that decide for somebody, the settings' one, and the shadows: all that is to be learnt and compared."""
        found = [self.policy(one) for one in dict.fromkeys((*sorted(self.deciding(tx)), *self._shadows))]
        return [policy for policy in found if policy is not None]

    def deciding(self, tx: Transaction) -> frozenset[str]:
        """The ids of those that decide for somebody."""
        lineup = self.lineup(tx)
        named = (lineup.champion, lineup.challenger, lineup.former, self.setting)
        return frozenset(one for one in named if one is not None)

    def learners(self, tx: Transaction) -> list[Policy]:
        """Those of them that learn."""
        return [policy for policy in self.watched(tx) if self.initial(policy).arrays]

    def deciding_learners(self, tx: Transaction) -> list[Policy]:
        """Those that learn and decide for somebody; the others' code is not even loaded."""
        found = [self.policy(one) for one in sorted(self.deciding(tx))]
        return [policy for policy in found if policy is not None and self.initial(policy).arrays]

    def _load(self, id: str) -> tuple[Policy, State] | None:
        if id in self._loaded:
            return self._loaded[id]
        if id not in self._plugins or id in self._known_broken:
            return None
        try:
            policy = cast("Policy", self._plugins[id].load())
            found = self._loaded[id] = policy, policy.initial()
        except Exception as error:  # somebody else's code: said once, and done without
            self._known_broken.add(id)
            log.error("policy.broken", plugin=id, error=type(error).__name__)
            return None
        return found


def tag_of(policy: Policy) -> str:
    """The policy as rows name it."""
    return f"{policy.id}@{policy.digest}"


def opened(keys: Keys, user: str, sealed: bytes) -> State:
    """A state from its sealed bytes."""
    from oo.engine.states import from_bytes  # numpy comes with it, and is loaded when somebody learns

    return from_bytes(keys.cipher(user).open_bytes(STATE, sealed))
