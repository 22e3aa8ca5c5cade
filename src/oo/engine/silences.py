"""Why there is nothing now: the reason, and its one true line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from oo.contracts.decisions import Candidate, Silence, UserView
from oo.engine.filters import comes_back

_OVER = frozenset({"finished", "done"})
_SET_FOR_LATER = frozenset({"deferred", "snoozed"})


class Say(Protocol):
    """A catalogue: the text of a language for an English one, with `{fields}` filled in."""

    def __call__(self, text: str, /, **fields: object) -> str:
        """The text, filled in."""


def reason_for(view: UserView, removed: Sequence[tuple[Candidate, str]]) -> Silence:
    """The silence that follows when no candidate is left: what holds of everything that was looked at."""
    left = [(candidate, rule) for candidate, rule in removed if rule not in _OVER]
    if view.connected == 0:
        return Silence("nothing-connected")
    if view.stale_since is not None:
        return Silence("stale", view.stale_since, len(removed))
    if not left:
        return Silence("all-done", looked_at=len(removed))
    if all(rule in _SET_FOR_LATER for _, rule in left):
        times = [at for candidate, rule in left if (at := comes_back(view, candidate, rule)) is not None]
        if times:
            return Silence("all-later", min(times), len(removed))
    return Silence("nothing-right", looked_at=len(removed))


def silence_words(silence: Silence, say: Say, clock: Callable[[datetime], str], source: str | None = None) -> str:
    """The line under "Nothing now."; `clock` words an instant, `source` is the app's name when there is just one."""
    if silence.reason == "meeting" and silence.until is not None:
        until = clock(silence.until)
        return say("You are in a meeting until {time}, and nothing here is worth interrupting it.", time=until)
    if silence.reason == "all-later" and silence.until is not None:
        return say("Everything is set for later. The next is at {time}.", time=clock(silence.until))
    if silence.reason == "stale" and silence.until is not None:
        if source is None:
            return say("Nothing has answered since {time}. oO keeps trying.", time=clock(silence.until))
        return say("{source} has not answered since {time}. oO keeps trying.", source=source, time=clock(silence.until))
    if silence.reason == "nothing-connected":
        return say("Nothing is connected.")
    if silence.reason == "all-done":
        return say("Nothing is open.") if source is None else say("Nothing is open in {source}.", source=source)
    if silence.looked_at == 1:
        return say("One thing looked at. It is not right for this moment.")
    return say("{n} things looked at. None is right for this moment.", n=silence.looked_at)
