"""Makes what the settings page shows of how oO reaches a person, from what the notifier answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from oo.apps.web.pages import Visitor
from oo.apps.web.settings.choices import Choice
from oo.apps.web.settings.reach_view import (
    ChannelRow,
    FieldRow,
    LedgerView,
    MomentRow,
    ReachView,
    SilentRow,
    WayRow,
)
from oo.contracts.deliveries import MOST_A_DAY, ChannelView, DeviceView, LedgerLine, PointKind, Quiet, Wishes
from oo.contracts.words import Translator
from oo.contracts.words.moments import clock, on_day


def reach_view(
    visitor: Visitor, channels: Sequence[ChannelView], wishes: Wishes, why: str, *, told: str = ""
) -> ReachView:
    """All of it as it stands."""
    t, quiet = visitor.t, wishes.quiet
    names = {"work": t("Work"), "home": t("Home"), "focus": t("Focus"), "holiday": t("Holiday")}
    push = next((one for one in channels if one.id == "webpush" and one.ready), None)
    return ReachView(
        a_day=wishes.a_day,
        said=_often(wishes.a_day, t),
        most=MOST_A_DAY,
        none=t("only when you look"),
        many=t("at most {count} a day", count="%count%"),
        quiet=t("none") if quiet is None else f"{quiet.start:%H:%M} – {quiet.end:%H:%M}",
        quiet_by=_quiet_by(quiet, t),
        start="22:00" if quiet is None else f"{quiet.start:%H:%M}",
        end="07:00" if quiet is None else f"{quiet.end:%H:%M}",
        silent_in=tuple(SilentRow(name, title, name in wishes.silent_in) for name, title in names.items()),
        key="" if push is None else push.facts.get("application_server_key", ""),
        devices=tuple(_device(device, one, visitor) for one in channels for device in one.devices),
        channels=tuple(_channel(one, t) for one in channels if _offered(one, visitor)),
        why=why,
        told=told,
    )


def ledger_view(visitor: Visitor, why: str, lines: Sequence[LedgerLine]) -> LedgerView:
    """The last moments, in the person's zone."""
    kinds = _kinds(visitor.t)
    rows = []
    for line in lines:
        at = line.at.astimezone(visitor.zone)
        rows.append(
            MomentRow(_when(line.at, visitor), f"{at:%Y-%m-%dT%H:%M%z}", kinds[line.kind], line.said, line.sent)
        )
    return LedgerView(why, tuple(rows))


def _often(a_day: int, t: Translator) -> str:
    return t("at most {count} a day", count=a_day) if a_day else t("only when you look")


def _quiet_by(quiet: Quiet | None, t: Translator) -> tuple[Choice, ...]:
    by = "none" if quiet is None else "own" if quiet.source == "person" else "inferred"
    words = {"inferred": t("as oO sees it"), "own": t("these hours"), "none": t("no quiet hours")}
    return tuple(Choice(value, label, value == by) for value, label in words.items())


def _device(device: DeviceView, channel: ChannelView, visitor: Visitor) -> WayRow:
    t = visitor.t
    if device.state == "asked":
        line, state = t("Asked by mail whether it is yours. Nothing comes before its yes."), "waiting"
    elif device.state == "gone" and channel.id == "webpush":
        line, state = t("Stopped there. Open oO on it, and it works again."), "gap"
    elif device.state == "gone":
        line, state = t("This address is no more."), "gap"
    elif device.reached_at is None:
        line, state = t("Not reached yet"), "full"
    else:
        line, state = t("Last reached {when}", when=_when(device.reached_at, visitor)), "full"
    if device.state == "troubled":
        line, state = f"{line}. {t('The last tries did not arrive.')}", "gap"
    name = device.name if channel.id == "webpush" else f"{t(channel.name)}: {device.name}"
    return WayRow(device.id, name, line, state, device.state in ("works", "troubled"))  # type: ignore[arg-type]


def _offered(channel: ChannelView, visitor: Visitor) -> bool:
    """Those that can be added by typing; one that is not set up is only of use to whoever can set it up."""
    return bool(channel.fields) and (channel.ready or visitor.identity.admin)


def _channel(channel: ChannelView, t: Translator) -> ChannelRow:
    fields = tuple(
        FieldRow(f"{channel.id}-{field.name}", field.name, t(field.label), field.kind, field.needed)
        for field in channel.fields
    )
    missing = "" if channel.ready else t("Set {settings} first.", settings=", ".join(channel.missing))
    return ChannelRow(channel.id, t(channel.name), t(channel.summary), fields, missing)


def _when(at: datetime, visitor: Visitor) -> str:
    there = at.astimezone(visitor.zone)
    return f"{on_day(there.date(), visitor.now.date(), visitor.t.language)}, {clock(there)}"


def _kinds(t: Translator) -> Mapping[PointKind, str]:
    return {
        "after-meeting": t("After a meeting"),
        "task-closed": t("A task was finished"),
        "first-activity": t("First sign of the day"),
        "liked-slot": t("An hour you like"),
        "random-slot": t("A moment drawn by chance"),
        "fresh": t("After the quiet hours"),
    }
