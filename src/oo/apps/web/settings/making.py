"""Makes the settings page's view from what profile, recommender and auth answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time

from oo.apps.web.pages import Visitor
from oo.apps.web.settings.choices import Choice
from oo.apps.web.settings.person_view import PersonView
from oo.apps.web.settings.reach_view import ReachView
from oo.apps.web.settings.view import DeviceRow, HeldRow, SettingsView
from oo.apps.web.settings.ways_making import WaysView
from oo.apps.web.topics import topic_name
from oo.contracts.accounts import Person, SessionView
from oo.contracts.tips import HoldView
from oo.contracts.words import LANGUAGES
from oo.contracts.words.moments import clock, dated, on_day

_LATEST_DAY_END = 6
_UNDO_SECONDS = (8, 20, 80)


def settings_view(
    visitor: Visitor,
    person: Person,
    held: Sequence[HoldView],
    sessions: Sequence[SessionView],
    ways: WaysView,
    about: PersonView,
    reach: ReachView,
    *,
    saved: bool = False,
    problem: str = "",
) -> SettingsView:
    """All settings as they stand."""
    t, profile = visitor.t, visitor.profile
    hours = sorted({*(time(hour) for hour in range(_LATEST_DAY_END + 1)), profile.day_ends_at})
    return SettingsView(
        day_ends=tuple(Choice(f"{at:%H:%M}", f"{at:%H:%M}", at == profile.day_ends_at) for at in hours),
        zone=profile.zone,
        zone_name=profile.zone.split("/")[-1].replace("_", " "),
        held=tuple(_held(hold, visitor) for hold in held),
        languages=tuple(Choice(code, name, code == profile.language) for code, name in LANGUAGES.items()),
        low_light=profile.low_light,
        undo=tuple(
            Choice(str(seconds), t("{count} seconds", count=seconds), seconds == profile.undo_seconds)
            for seconds in _UNDO_SECONDS
        ),
        single_keys=profile.single_keys,
        devices=tuple(_device(session, visitor) for session in sessions),
        ways=ways.rows,
        passkeys=ways.passkeys,
        person=about,
        reach=reach,
        name=person.name,
        problem=problem,
        saved=saved,
    )


def _held(hold: HoldView, visitor: Visitor) -> HeldRow:
    t = visitor.t
    title = topic_name(hold.topic, t) if hold.scope == "kind" and hold.topic else hold.title
    since = _date(hold.since, visitor)
    if hold.until is None:
        line = t("Since {since}", since=since)
    elif hold.scope == "kind":
        line = t("Since {since}, until {until}", since=since, until=_date(hold.until, visitor))
    elif hold.lapses:
        line = t("Until {until}, unless it changes", until=_date(hold.until, visitor))
    else:
        line = t("Until {until}", until=_date(hold.until, visitor))
    return HeldRow(hold.id, title or t("Something no longer there"), line)


def _device(session: SessionView, visitor: Visitor) -> DeviceRow:
    t = visitor.t
    seen = session.seen_at.astimezone(visitor.zone)
    when = f"{on_day(seen.date(), visitor.now.date(), t.language)}, {clock(seen)}"
    line = t("This device") if session.current else t("Last seen {when}", when=when)
    return DeviceRow(session.id, session.device, line, session.current)


def _date(at: datetime, visitor: Visitor) -> str:
    return dated(at.astimezone(visitor.zone).date(), visitor.now.date(), visitor.t.language)
