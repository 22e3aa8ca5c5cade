"""Times in words, in English and German: "Fri 08:30", "tomorrow", "on 3 October"; 24 hours in both.

Every instant given is aware and already in the person's zone; days are the calendar's.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from oo.contracts.words import translator

_WEEKDAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "de": ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"),
}
_MONTHS = {
    "en": (
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    ),
    "de": (
        "Januar", "Februar", "März", "April", "Mai", "Juni",
        "Juli", "August", "September", "Oktober", "November", "Dezember",
    ),
}  # fmt: skip
_SHORT_WEEKDAY = {"en": 3, "de": 2}


def clock(at: datetime) -> str:
    """The time of day: "08:30"."""
    return f"{at.hour:02d}:{at.minute:02d}"


def brief(at: datetime, now: datetime, language: str) -> str:
    """As a list shows it: "14:45" today, "Fri 08:30" within six days, else "3 Oct 08:30"."""
    if at.date() == now.date():
        return clock(at)
    if timedelta(0) < at.date() - now.date() <= timedelta(days=6):
        return f"{weekday(at, language)[: _SHORT_WEEKDAY[_known(language)]]} {clock(at)}"
    return f"{day_of_month(at, language, short=True)} {clock(at)}"


def spoken(at: datetime, now: datetime, language: str) -> str:
    """As a screen reader says it: "14:45" today, "Friday 08:30" within six days, else "3 October 08:30"."""
    if at.date() == now.date():
        return clock(at)
    if timedelta(0) < at.date() - now.date() <= timedelta(days=6):
        return f"{weekday(at, language)} {clock(at)}"
    return f"{day_of_month(at, language)} {clock(at)}"


def on_day(day: date, today: date, language: str) -> str:
    """A day in a sentence: "today", "tomorrow", "yesterday", "on Wednesday" within six days, else "on 3 October"."""
    t = translator(language)
    distance = (day - today).days
    if distance == 0:
        return t("today")
    if distance == 1:
        return t("tomorrow")
    if distance == -1:
        return t("yesterday")
    if abs(distance) <= 6:
        return t("on {day}", day=weekday(day, language))
    return t("on {day}", day=dated(day, today, language))


def dated(day: date, today: date, language: str) -> str:
    """A date: "3 October", with its year when that is not this one."""
    plain = day_of_month(day, language)
    return plain if day.year == today.year else f"{plain} {day.year}"


def weekday(day: date, language: str) -> str:
    """The day's name: "Friday"."""
    return _WEEKDAYS[_known(language)][day.weekday()]


def day_of_month(day: date, language: str, *, short: bool = False) -> str:
    """Day and month: "3 October", in short "3 Oct"; German puts the ordinal's dot."""
    code = _known(language)
    month = _MONTHS[code][day.month - 1]
    if short and len(month) > 4:
        month = month[:3]
    return f"{day.day}. {month}" if code == "de" else f"{day.day} {month}"


def ago(past: datetime, now: datetime, language: str) -> str:
    """How long since something was read: "Read just now", "Read 2 minutes ago", "Read 3 hours ago" and so on."""
    t = translator(language)
    minutes = int((now - past).total_seconds() // 60)
    if minutes < 1:
        return t("Read just now")
    if minutes < 60:
        return t.plural("Read {count} minute ago", "Read {count} minutes ago", minutes)
    if minutes < 48 * 60:
        return t.plural("Read {count} hour ago", "Read {count} hours ago", minutes // 60)
    return t.plural("Read {count} day ago", "Read {count} days ago", minutes // (24 * 60))


def ago_brief(past: datetime, now: datetime, language: str) -> str:
    """How long since, for the end of a row: "just now", "2 min ago", "3 h ago", "4 days ago"."""
    t = translator(language)
    minutes = int((now - past).total_seconds() // 60)
    if minutes < 1:
        return t("just now")
    if minutes < 60:
        return t("{count} min ago", count=minutes)
    if minutes < 48 * 60:
        return t("{count} h ago", count=minutes // 60)
    return t.plural("{count} day ago", "{count} days ago", minutes // (24 * 60))


def _known(language: str) -> str:
    return translator(language).language
