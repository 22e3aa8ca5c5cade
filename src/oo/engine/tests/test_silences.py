"""Why nothing now: true reasons in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo.contracts.decisions import Decision, Hold, Silence, UserView
from oo.contracts.ids import DecisionId, HoldId, Ref, UserId
from oo.contracts.items import Facts
from oo.contracts.words import LANGUAGES
from oo.contracts.words.voice import voice
from oo.engine.candidates import candidates
from oo.engine.house import PARTS
from oo.engine.pipeline import decide
from oo.engine.policies.house import House
from oo.engine.silences import silence_words
from oo.engine.tests.strategies import FEWER, NOW, VIEWS
from oo.engine.when import context, today, zone_of

MOMENT = context(NOW, "Europe/Berlin")
OPEN = Facts(Ref("a"), "v")
SNOOZED = Hold(HoldId("h"), "snoozed", "item", "a", NOW, NOW + timedelta(hours=8))


def silence(*facts: Facts, **known: object) -> Silence | None:
    view = replace(UserView(UserId("u"), MOMENT, facts), **known)  # type: ignore[arg-type]
    return decided(view).silence


def decided(view: UserView) -> Decision:
    house = House()
    return decide(view, candidates(view), PARTS, house, house.initial(), id=DecisionId("d"), seed=1)


def words(found: Silence | None, language: str = "en", source: str | None = None) -> str:
    assert found is not None
    return silence_words(found, MOMENT, voice(language, zone_of(MOMENT.zone), today(MOMENT)), source)


def test_without_a_connection_it_says_so() -> None:
    assert silence(connected=0) == Silence("nothing-connected")


def test_when_nothing_is_open_all_is_done() -> None:
    done = replace(OPEN, state="done")
    assert words(silence(done), source="Todoist") == "Nothing is open in Todoist."
    assert words(silence(done), "de", "Todoist") == "In Todoist ist nichts offen."
    assert words(silence()) == "Nothing is open."


def test_what_was_just_finished_here_is_done_too() -> None:
    found = silence(OPEN, holds=(replace(SNOOZED, reason="done", until=None),))
    assert found is not None
    assert found.reason == "all-done"


def test_when_all_is_put_off_it_names_the_next_moment() -> None:
    assert words(silence(OPEN, holds=(SNOOZED,))) == "Everything is set for later. The next is at 19:00."
    tomorrow = replace(OPEN, start=date(2026, 11, 22))
    assert words(silence(tomorrow)) == "Everything is set for later. The next is tomorrow."
    morning = replace(OPEN, start=datetime(2026, 11, 22, 8, 30))
    assert words(silence(morning), "de") == "Alles liegt auf später. Das Nächste morgen um 08:30."


def test_when_some_things_wait_none_is_right() -> None:
    found = silence(OPEN, Facts(Ref("b"), "v", waiting=True), holds=(SNOOZED,))
    assert words(found) == "2 things looked at. None is right for this moment."
    assert words(found, "de") == "2 Dinge angesehen. Keines passt jetzt."


def test_a_source_that_does_not_answer_is_named() -> None:
    found = silence(stale_since=datetime(2026, 11, 21, 9, 10, tzinfo=UTC))
    assert words(found, source="Todoist") == "Todoist has not answered since 10:10. oO keeps trying."


def test_a_meeting_says_until_when() -> None:
    found = Silence("meeting", NOW + timedelta(hours=1))
    assert words(found) == "You are in a meeting until 12:00, and nothing here is worth interrupting it."


@FEWER
@given(VIEWS, st.sampled_from(sorted(LANGUAGES)))
def test_every_silence_has_one_line_without_open_places(view: UserView, language: str) -> None:
    decision = decided(view)
    if decision.silence is not None:
        speak = voice(language, zone_of(view.context.zone), today(view.context))
        line = silence_words(decision.silence, view.context, speak)
        assert line.endswith(".")
        assert "{" not in line


@FEWER
@given(VIEWS)
def test_the_next_moment_lies_ahead(view: UserView) -> None:
    found = decided(view).silence
    if found is not None and found.reason in ("meeting", "all-later"):
        assert found.until is not None
        assert found.until > view.context.now


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_a_silence_over_one_thing_counts_it_in_words(language: str) -> None:
    assert not any(c.isdigit() for c in words(Silence("nothing-right", looked_at=1), language))
