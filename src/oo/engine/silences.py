"""Why there is nothing now: the reason, and its one true line."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from oo.contracts.decisions import Candidate, Context, Silence, UserView
from oo.contracts.words.voice import Voice
from oo.engine.filters import comes_back
from oo.engine.when import boundary, day_of, today, zone_of

_OVER = frozenset({"finished", "done"})
_SET_FOR_LATER = frozenset({"deferred", "snoozed"})


def reason_for(view: UserView, removed: Sequence[tuple[Candidate, str]]) -> Silence:
    """The silence that follows when no candidate is left: what holds of every task that was looked at."""
    removed = [(candidate, rule) for candidate, rule in removed if candidate.has_task]
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


def silence_words(silence: Silence, context: Context, voice: Voice, source: str | None = None) -> str:
    """The one line under "Nothing now."; `source` is the app's name when there is just one."""
    t, looked_at = voice.t, silence.looked_at
    if silence.reason == "nothing-connected":
        return t("Nothing is connected.")
    if silence.reason == "all-done":
        return t("Nothing is open.") if source is None else t("Nothing is open in {source}.", source=source)
    if silence.until is not None:
        time = voice.clock(silence.until)
        if silence.reason == "meeting":
            return t("You are in a meeting until {time}, and nothing here is worth interrupting it.", time=time)
        if silence.reason == "all-later":
            return _next(silence.until, context, voice)
        if silence.reason == "stale" and source is not None:
            return t("{source} has not answered since {time}. oO keeps trying.", source=source, time=time)
        if silence.reason == "stale":
            return t("Nothing has answered since {time}. oO keeps trying.", time=time)
    if looked_at == 1:
        return t("One thing looked at. It is not right for this moment.")
    return t("{count} things looked at. None is right for this moment.", count=looked_at)


def _next(at: datetime, context: Context, voice: Voice) -> str:
    """By its time today, by its day otherwise, and by both when it isn't simply the start of that day."""
    t, zone, ends_at = voice.t, zone_of(context.zone), boundary(context)
    day = day_of(at, zone, ends_at)
    if day == today(context):
        return t("Everything is set for later. The next is at {time}.", time=voice.clock(at))
    if at.astimezone(zone).time() == ends_at:
        return t("Everything is set for later. The next is {day}.", day=voice.on_day(day))
    return t("Everything is set for later. The next is {day} at {time}.", day=voice.on_day(day), time=voice.clock(at))
