"""What a life teaches, and when."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from oo.contracts.decisions import Candidate
from oo.contracts.ids import Ref
from oo.contracts.items import Facts
from oo.contracts.policies import Lesson, State
from oo.engine.history import History, read_event
from oo.engine.learning.lessons import Learning, of_day, of_moment
from oo.engine.policies.house import House
from oo.engine.when import context

START = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
MOMENT = context(START, "UTC")


class Listener(House):
    """Learns nothing, so that the lessons are all there is to see."""

    def learn(self, state: State, lesson: Lesson) -> State:
        return state


@dataclass
class Told:
    """A history that is told in minutes after noon."""

    past: History = field(default_factory=History)
    learning: Learning = field(default_factory=lambda: Learning(Listener(), State()))

    def tell(self, minute: int, verb: str, *tasks: str, **known: Any) -> Told:
        at = (START + timedelta(minutes=minute)).isoformat()
        for task in tasks:
            event = read_event({"at": at, "event": verb, "task": task, "title": task, **known})
            self.learning.see(self.past, event)
            self.past.apply(event)
        return self

    def taught(self) -> list[tuple[str, list[str], list[str]]]:
        return [
            (one.kind, [c.id for c in one.candidates], [one.candidates[i].id for i in one.done])
            for one in self.learning.lessons
        ]


def candidate(name: str, minutes: float | None) -> Candidate:
    added = None if minutes is None else START - timedelta(minutes=minutes)
    return Candidate(name, "task", "undated", Facts(Ref(name), "v", added=added))


DAY = 24 * 60


def test_finishing_something_teaches_that_it_was_chosen_over_what_was_open() -> None:
    told = Told().tell(0, "added", "a", "b", "c").tell(60, "done", "b")
    assert told.taught() == [("moment", ["a", "b", "c"], ["b"])]


def test_a_day_is_a_lesson_when_it_is_over_and_of_what_was_open_at_its_start() -> None:
    told = Told().tell(0, "added", "a", "b", "c").tell(DAY, "added", "new").tell(DAY + 30, "done", "a", "new")
    assert [kind for kind, *_ in told.taught()] == ["moment", "moment"]
    told.tell(2 * DAY, "changed", "b")
    assert told.taught()[2:] == [("day", ["a", "b", "c"], ["a"])]


def test_old_tasks_are_a_lesson_of_their_own() -> None:
    told = Told().tell(0, "added", "a", "b").tell(8 * DAY - 60, "added", "young").tell(9 * DAY, "done", "a")
    told.tell(10 * DAY, "changed", "b")
    assert told.taught()[1:] == [("day", ["a", "b", "young"], ["a"]), ("old", ["a", "b"], ["a"])]


def test_what_was_noted_in_passing_is_no_choice() -> None:
    found = [candidate("old", 60), candidate("other", None), candidate("fresh", 5)]
    assert of_moment(MOMENT, found, {"fresh"}) == []
    (lesson,) = of_moment(MOMENT, found, {"old"})
    assert [one.id for one in lesson.candidates] == ["old", "other"]


def test_where_all_or_nothing_was_done_there_was_no_choice() -> None:
    found = [candidate("a", 60), candidate("b", 60)]
    assert of_moment(MOMENT, found, set()) == of_moment(MOMENT, found, {"gone"}) == []
    assert of_day(MOMENT, found, {"a", "b"}) == []


def test_one_that_stands_for_others_is_done_when_one_of_them_is() -> None:
    twins = Candidate("a", "task", "undated", Facts(Ref("a"), "v"), also=(Ref("twin"),))
    (lesson,) = of_moment(MOMENT, [twins, candidate("b", 60)], {"twin"})
    assert lesson.done == (0,)


def test_stamps_that_are_dates_tell_of_days_alone() -> None:
    told = (
        Told(past=History(day_only=True))
        .tell(0, "added", "a", "b")
        .tell(DAY, "done", "a")
        .tell(2 * DAY, "changed", "b")
    )
    assert [kind for kind, *_ in told.taught()] == ["day"]


def test_nothing_is_taught_by_what_is_yet_to_come() -> None:
    told = Told().tell(0, "added", "a", "b").tell(DAY, "done", "a")
    told.learning.until(told.past, START + timedelta(days=1, hours=10))
    assert [kind for kind, *_ in told.taught()] == ["moment"]
    told.learning.until(told.past, START + timedelta(days=2))
    assert [kind for kind, *_ in told.taught()] == ["moment", "day"]
