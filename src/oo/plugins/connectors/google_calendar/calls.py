"""What is asked of Calendar v3: lists page by page, and what its errors mean."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from oo.contracts.connectors import Answer, Http, Reconnect, TryLater

MOST_PAGES = 400
"""Of one list; Google may give shorter pages than asked for, and never this many."""
_HURRY = frozenset(
    {"rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "calendarUsageLimitsExceeded", "dailyLimitExceeded"}
)
_OFF = frozenset({"accessNotConfigured", "SERVICE_DISABLED"})


class Gone(TryLater):
    """This calendar is not there any more."""


class TooOld(TryLater):
    """The sync token counts no longer."""


async def pages(http: Http, address: str, params: Mapping[str, str]) -> AsyncIterator[Mapping[str, Any]]:
    """Every page of a list; raises `Gone`, `TooOld`, `TryLater` and `Reconnect`."""
    token: str | None = None
    for _ in range(MOST_PAGES):
        sent = dict(params) if token is None else {**params, "pageToken": token}
        answer = await http.ask("GET", address, params=sent, expect=(400, 403, 404, 410))
        page = answer.json()
        if not isinstance(page, Mapping):
            raise TryLater("Google's answer cannot be read.", timedelta(minutes=5))
        check(answer, page)
        yield page
        following = page.get("nextPageToken")
        if not isinstance(following, str) or not following:
            return
        if following == token:
            break
        token = following
    raise TryLater("Google's answer has no end.", timedelta(minutes=15))


def items_of(page: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The entries of a page; what is no entry is left out."""
    found = page.get("items")
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def events(calendar: str) -> str:
    """The address of a calendar's events."""
    return f"calendars/{quote(calendar, safe='')}/events"


def check(answer: Answer, said: Mapping[str, Any]) -> None:
    """Raise what an error of Calendar v3 means."""
    if answer.status < 300:
        return
    reason = _reason(said)
    if answer.status == 410:
        raise TooOld
    if answer.status == 404:
        raise Gone
    if answer.status == 403 and reason in _HURRY:
        raise TryLater("Google asks for a pause.", _pause(answer))
    if answer.status == 403 and reason in _OFF:
        raise TryLater(
            "The Calendar API is switched off for this oO's client. Whoever runs it can switch it on at Google.",
            timedelta(minutes=15),
        )
    if answer.status == 403:
        raise Reconnect("Google no longer allows oO to read this calendar. Connect it again to allow it.")
    raise TryLater("Google did not take the question. oO tries again later.", timedelta(minutes=15))


def _reason(said: Mapping[str, Any]) -> str:
    error = said.get("error")
    if not isinstance(error, Mapping):
        return ""
    listed = error.get("errors")
    first = listed[0] if isinstance(listed, list) and listed else {}
    return str(first.get("reason", "")) if isinstance(first, Mapping) else ""


def _pause(answer: Answer) -> timedelta:
    wanted = answer.headers.get("retry-after", "")
    return timedelta(seconds=min(int(wanted), 3600)) if wanted.isdigit() else timedelta(minutes=2)
