"""What a reducer is."""

from __future__ import annotations

from typing import Any, Protocol, TypeAlias

from oo.contracts.features import Activity, Verb

State: TypeAlias = dict[str, Any]
"""What a reducer has folded so far: JSON values only, bounded in size, owned by one fold, which changes it in place."""


class Reducer(Protocol):
    """Folds activities; the same activities in the same order give the same state, whoever folds them and when."""

    @property
    def name(self) -> str:
        """Its place in a person's states."""

    @property
    def version(self) -> int:
        """Changes with its meaning; states of another version are folded anew from what is kept."""

    @property
    def hears(self) -> frozenset[Verb]:
        """The verbs that change its state."""

    def start(self) -> State:
        """The state before anything happened."""

    def step(self, state: State, activity: Activity) -> None:
        """Fold one more activity into the state, at most a few microseconds."""
