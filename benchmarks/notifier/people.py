"""Made-up people whose year is simulated: where they live and travel, when they meet, sleep, look and react."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from oo.contracts.deliveries import Quiet
from oo.contracts.items import Busy

HOMES = (
    *("Europe/Berlin", "Europe/Lisbon", "America/New_York", "America/Los_Angeles", "America/St_Johns"),
    *("Asia/Kolkata", "Asia/Tokyo", "Australia/Sydney", "Australia/Lord_Howe", "Africa/Casablanca", "Pacific/Auckland"),
)
ABROAD = (*HOMES, "Pacific/Kiritimati", "Pacific/Pago_Pago", "Pacific/Chatham", "Atlantic/Azores", "UTC")
QUIETS = (
    *(Quiet(time(22), time(7), "default") for _ in range(4)),
    *(
        Quiet(time(23, 30), time(6, 45), "person"),
        Quiet(time(9), time(16), "person"),
        Quiet(time(2), time(3), "person"),
    ),
    *(Quiet(time(20), time(10), "inferred"), None),
)
"""The usual night, a short one, a night worker's day, the very hour that clocks skip, a long one, and none."""


@dataclass(frozen=True, slots=True)
class Trip:
    """A time abroad; the phone says so on the first visit after landing."""

    start: datetime
    end: datetime
    zone: str


@dataclass(slots=True)
class Traveller:
    """One person."""

    number: int
    home: str
    quiet: Quiet | None
    day_ends_at: time
    a_day: int
    devices: tuple[str, ...]
    """Zones of the devices; the first is the phone, whose zone travels."""
    visits: int
    """A day, about."""
    eager: float
    """How likely a push at a good hour is acted on."""
    good_hours: tuple[int, ...]
    trips: tuple[Trip, ...] = ()
    chance: random.Random = field(default_factory=random.Random)

    def zone_at(self, now: datetime) -> str:
        """Where they are."""
        return next((trip.zone for trip in self.trips if trip.start <= now < trip.end), self.home)


def traveller(number: int, seed: int, start: date, days: int) -> Traveller:
    """The person with this number, always the same."""
    chance = random.Random(seed * 1_000_003 + number)  # noqa: S311 - a simulation repeats
    home, trips, at = chance.choice(HOMES), [], 0.0
    while True:
        at += chance.uniform(20, 160)
        if at > days:
            break
        leaves = datetime(start.year, start.month, start.day, tzinfo=UTC) + timedelta(days=at)
        stays = chance.uniform(0.3, 14)
        trips.append(Trip(leaves, leaves + timedelta(days=stays), chance.choice(ABROAD)))
        at += stays
    many = 50 if number % 100 == 7 else chance.choice((1, 1, 2, 3))
    return Traveller(
        number,
        home,
        chance.choice(QUIETS),
        chance.choice((time(0), time(0), time(3), time(2, 30), time(5, 30))),
        chance.choice((1, 2, 3, 3, 3, 5, 8, 0)),
        tuple(home if device == 0 else chance.choice((home, home, chance.choice(ABROAD))) for device in range(many)),
        chance.randint(1, 6),
        chance.uniform(0.15, 0.6),
        tuple(sorted(chance.sample(range(7, 22), 3))),
        tuple(trips),
        chance,
    )


def meetings(who: Traveller, day: date) -> list[Busy]:
    """What is in the calendar on a day: up to five meetings on working days, some next to each other, some all day."""
    if day.weekday() >= 5:
        return []
    zone, found = ZoneInfo(who.home), []
    for _ in range(who.chance.choice((0, 0, 1, 2, 3, 5))):
        start = datetime.combine(day, time(who.chance.randint(8, 18), who.chance.choice((0, 15, 30))), zone)
        length = timedelta(minutes=who.chance.choice((15, 30, 45, 60, 90)))
        found.append(Busy(start.astimezone(UTC), (start + length).astimezone(UTC)))
    if who.chance.random() < 0.05:
        start = datetime.combine(day, time(0), zone).astimezone(UTC)
        found.append(Busy(start, start + timedelta(days=1), True))
    return found


def silent_spans(who: Traveller, day: date) -> list[tuple[datetime, datetime]]:
    """When a context is on that silences, on a day."""
    if who.chance.random() > 0.3:
        return []
    start = datetime.combine(day, time(who.chance.randint(7, 20)), ZoneInfo(who.home)).astimezone(UTC)
    return [(start, start + timedelta(minutes=who.chance.randint(20, 180)))]
