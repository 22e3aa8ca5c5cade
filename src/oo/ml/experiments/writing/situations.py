"""Fixed situations of made-up people, in English and German: the same briefs for everybody who is compared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from oo.contracts.agents import Snippet
from oo.contracts.decisions import UserView
from oo.contracts.ids import Ref, UserId
from oo.contracts.items import Facts
from oo.contracts.thoughts import Thought, thought_ref
from oo.contracts.writing import Brief, Thing
from oo.engine.candidates import candidates
from oo.engine.when import context

ZONE, DAY_ENDS = "Europe/Berlin", time(3)
DAY = date(2026, 11, 18)
_TITLES = {
    "en": (
        ("Send the signed lease to the landlord", "Call the dentist for an appointment", "Book the train to Leipzig"),
        ("Water the plants", "Write the report on the autumn sales", "Pay the electricity bill"),
        ("Reply to the kindergarten", "Buy a present for Jonas", "Renew the passport"),
        ("Mend the kitchen tap", "Read chapter 4 of the statistics book", "Cancel the gym"),
        ("Prepare slides for the retrospective", "Order filters for the coffee machine", "Ask Amira about the loan"),
    ),
    "de": (
        ("Steuererklärung beginnen", "Beim Zahnarzt anrufen", "Fahrkarte nach Leipzig buchen"),
        ("Pflanzen gießen", "Bericht über den Herbst schreiben", "Stromrechnung bezahlen"),
        ("Dem Kindergarten antworten", "Geschenk für Jonas kaufen", "Reisepass verlängern"),
        ("Wasserhahn in der Küche reparieren", "Kapitel 4 im Statistikbuch lesen", "Fitnessstudio kündigen"),
        ("Folien für den Rückblick vorbereiten", "Filter für Kaffee bestellen", "Amira nach dem Kredit fragen"),
    ),
}  # fmt: skip
_SAID = {
    "en": ("This kind of task is mostly done before noon.", "it is past its usual rhythm"),
    "de": ("So etwas wird meist vor dem Mittag erledigt.", "sonst ist es um diese Zeit schon erledigt"),
}
_THOUGHTS = {
    "en": (
        ("momentum", "A strong day: 6 done, 3 is normal.", True),
        ("time_of_day", "This is one of your good hours.", True),
        ("recent_patterns", "More than usual gets done on this weekday.", True),
        ("time_of_day", "Little gets done at this hour.", False),
    ),
    "de": (
        ("momentum", "Ein starker Tag: 6 erledigt, 3 sind normal.", True),
        ("time_of_day", "Das ist eine deiner guten Stunden.", True),
        ("recent_patterns", "An diesem Wochentag wird mehr als sonst erledigt.", True),
        ("time_of_day", "Um diese Zeit wird wenig erledigt.", False),
    ),
}
_HOURS = (8, 11, 15, 20)


def situations() -> list[Brief]:
    """Forty-eight of them, in a fixed order; in eight of them something is known that is about no task."""
    return [*_all(), *_with_thoughts()]


def _all() -> Iterator[Brief]:
    for language, lists in _TITLES.items():
        for row, titles in enumerate(lists):
            for turn, hour in enumerate(_HOURS):
                yield _brief(language, titles, row, turn, hour)


def _with_thoughts() -> Iterator[Brief]:
    """One or two thoughts each, half of them beside tasks."""
    for language, thoughts in _THOUGHTS.items():
        for turn, hour in enumerate(_HOURS):
            brief = _brief(language, _TITLES[language][turn], turn, turn, hour)
            known = thoughts[turn : turn + 1] if turn % 2 else (thoughts[turn], thoughts[turn - 1])
            until = brief.context.now + timedelta(hours=1)
            told = tuple(Thought(thought_ref(one), "v1", text, 0.8, may, until) for one, text, may in known)
            user, things = UserId(f"situation-{language}-thoughts-{turn}"), brief.things if turn < 2 else ()
            yield replace(brief, user=user, things=things, snippets=(), thoughts=told)


def _brief(language: str, titles: tuple[str, ...], row: int, turn: int, hour: int) -> Brief:
    now = datetime(DAY.year, DAY.month, DAY.day, hour - 1, 20, tzinfo=UTC)
    user = UserId(f"situation-{language}-{row}-{turn}")
    facts = tuple(_facts(place, row, turn) for place in range(len(titles)))
    moment = context(now, ZONE, DAY_ENDS)
    found = {one.facts.ref: one for one in candidates(UserView(user, moment, facts, language=language))}
    things = tuple(Thing(one, found[one.ref].topic, titles[place]) for place, one in enumerate(facts))
    text, why = _SAID[language]
    said = (Snippet(text, {}, (facts[0].ref,), 0.8, why),) if turn % 2 else ()
    return Brief(user, moment, language, things, said)


def _facts(place: int, row: int, turn: int) -> Facts:
    """What is known of a thing: overdue, due, important, begun or short, in turn."""
    days = (-6, -1, 0, 2, 9)[(place + row + turn) % 5]
    kinds: list[dict[str, Any]] = [
        {"due": DAY + timedelta(days=days)},
        {"priority": 3, "added": DAY - timedelta(days=3)},
        {"minutes": 10, "started": turn % 2 == 0, "due": DAY + timedelta(days=max(days, 0))},
    ]
    return Facts(Ref(f"made-up:{row}-{place}"), "v1", **kinds[(place + turn) % len(kinds)])
