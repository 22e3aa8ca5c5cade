"""`oo up --demo`: a Todoist and a Google Calendar on this machine, with a made-up person's things, to click through.

Nothing of it is anybody's, and without `--data` all of it goes when oO stops.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import SecretStr

from oo.kernel.clock import SystemClock
from oo.kernel.settings import Settings

if TYPE_CHECKING:
    from oo.testing.google.calendars import Calendar
    from oo.testing.todoist.account import Account

DAYS = 90
"""Of what the person finished."""
_OPEN = (
    ("Home", "Call the plumber about the tap", 4, -2),
    ("Home", "Buy a birthday present for Noor", 3, 1),
    ("Home", "Hand in the form for the parking permit", 2, 0),
    ("Thesis", "Send chapter two to Professor Adeyemi", 4, 0),
    ("Thesis", "Draw the figure of the second experiment anew", 2, 4),
    ("Thesis", "Read the reviewer's comments once more", 3, None),
    ("Choir", "Learn the alto part of the Bruckner", 1, 9),
    ("Choir", "Ask Tomek for a lift on Thursday", 2, 2),
)
_DAILY = ("Water the basil", "Ten minutes of Polish")
_FINISHED = ("Answer the landlord", "Write two pages", "Tidy the desk", "Practise scales", "Shop for the week")
_MEETINGS = ((9, 30, 45), (13, 0, 60), (15, 30, 30))


@contextmanager
def standing(settings: Settings, *, kept: bool) -> Iterator[Settings]:
    """Serve the stand-ins; the settings that know them, with a folder that goes at the end unless one was `kept`."""
    from oo.testing.google.oauth import CLIENT_ID, CLIENT_SECRET
    from oo.testing.google.server import Google
    from oo.testing.standins.serving import Standing
    from oo.testing.todoist.server import Todoist

    clock, chance = SystemClock(), random.Random(26)  # noqa: S311 - a made-up life, the same each time
    todoist, google = Todoist(clock.now, asks=True), Google(clock=clock.now)
    _tasks(todoist.account(name="Mira"), clock.now(), chance)
    _meetings(google.calendar("mira@example.com"), clock.now())
    with ExitStack() as stack:
        tasks = stack.enter_context(Standing(todoist.faults))
        times = stack.enter_context(Standing(google.faults))
        known = {
            **todoist.settings(tasks.url),
            "google_client_id": CLIENT_ID,
            "google_client_secret": CLIENT_SECRET,
            "google_auth_url": f"{times.url}/o/oauth2/v2/auth",
            "google_token_url": f"{times.url}/token",
            "google_api_url": f"{times.url}/calendar/v3/",
            "google_revoke_url": f"{times.url}/revoke",
        }
        providers = {**settings.providers, **{name: SecretStr(value) for name, value in known.items()}}
        data = settings.data if kept else Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="oo-demo-")))
        yield settings.model_copy(update={"providers": providers, "data": data})


def _tasks(account: Account, now: datetime, chance: random.Random) -> None:
    """What is open, and ninety days of what was finished: mornings and evenings, less on Sundays."""
    projects = {name: account.project(name) for name in ("Home", "Thesis", "Choir")}
    today = now.date()
    for project, words, priority, days in _OPEN:
        due = None if days is None else {"date": _day(today, days), "is_recurring": False}
        account.add(words, project_id=projects[project], priority=priority, due=due)
    for words in _DAILY:
        due = {"date": _day(today, 0), "is_recurring": True, "string": "every day", "lang": "en", "timezone": None}
        account.add(words, project_id=projects["Home"], due=due)
    for ago in range(DAYS, 0, -1):
        day = today - timedelta(days=ago)
        for _ in range(chance.randint(0, 2 if day.weekday() == 6 else 5)):
            hour = chance.choice((8, 9, 9, 10, 10, 11, 16, 19, 20))
            at = datetime.combine(day, time(hour, chance.randrange(60)), UTC)
            account.finished(chance.choice(_FINISHED), at, project_id=chance.choice(list(projects.values())))


def _meetings(calendar: Calendar, now: datetime) -> None:
    """Meetings of the next two weeks' working days."""
    for ahead in range(14):
        day = now.date() + timedelta(days=ahead)
        if day.weekday() > 4:
            continue
        for number, (hour, minute, minutes) in enumerate(_MEETINGS):
            start = datetime.combine(day, time(hour, minute), UTC)
            calendar.put(f"meeting{ahead}x{number}", start, start + timedelta(minutes=minutes))


def _day(today: date, days: int) -> str:
    return (today + timedelta(days=days)).isoformat()
