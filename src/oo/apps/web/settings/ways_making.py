"""Makes the section of ways to sign in: those that a person has, and the providers that they could add."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from oo.apps.web.pages import Visitor
from oo.apps.web.settings.view import WayRow
from oo.contracts.sign_ins import Provider, WayIn
from oo.contracts.words.moments import dated


@dataclass(frozen=True, slots=True)
class WaysView:
    """The section's rows."""

    rows: tuple[WayRow, ...]
    passkeys: bool


def ways_view(visitor: Visitor, have: Sequence[WayIn], providers: Sequence[Provider], *, passkeys: bool) -> WaysView:
    """What the person has, then what they could add."""
    t, had = visitor.t, {way.provider for way in have}
    rows = [WayRow(way.id, way.name, _line(way, visitor)) for way in have]
    rows += [
        WayRow("", one.name, t("Not added"), f"/settings/ways/add/{one.id}") for one in providers if one.id not in had
    ]
    return WaysView(tuple(rows), passkeys)


def _line(way: WayIn, visitor: Visitor) -> str:
    t = visitor.t
    if way.used_at is None:
        when = t("Added {since}, not used so far", since=_date(way.since, visitor))
    else:
        when = t("Added {since}, last used {used}", since=_date(way.since, visitor), used=_date(way.used_at, visitor))
    return f"{way.label} · {when}" if way.label else when


def _date(at: datetime, visitor: Visitor) -> str:
    return dated(at.astimezone(visitor.zone).date(), visitor.now.date(), visitor.t.language)
