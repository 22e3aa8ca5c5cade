"""A moment knows what came before it and nothing else, and the table says what came of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo.contracts.features import Activity, UserHistory, Verb
from oo.contracts.ids import UserId
from oo.ml.features.fold import At, fold, start
from oo.ml.features.registry import profile_values
from oo.ml.pipelines.book import Book
from oo.ml.pipelines.examples import FEATURES, Row, Rows, add, rows_of
from oo.ml.pipelines.pasts import Past, read, write
from oo.ml.pipelines.training import answers, coverage, rhythm

MORNING = datetime(2026, 10, 1, 9, tzinfo=UTC)


def happened(minutes: int, verb: Verb, number: int = 0, **more: object) -> Activity:
    at = MORNING + timedelta(minutes=minutes)
    tip = f"t{number}" if verb != "completed" else ""
    hour = at.hour + at.minute / 60
    return Activity(at, verb, at.toordinal(), hour, tip=tip, task=f"k{number}", topic="due", **more)  # type: ignore[arg-type]


PASTS = st.lists(
    st.builds(
        happened,
        st.integers(0, 60 * 24 * 40),
        st.sampled_from(["completed", "served", "served", "done", "snoozed", "dismissed", "undone"]),
        st.integers(0, 5),
    ),
    max_size=40,
).map(lambda past: tuple(sorted(past, key=lambda one: one.at)))


@given(PASTS)
def test_the_features_of_a_moment_are_those_of_the_past_cut_off_there(past: tuple[Activity, ...]) -> None:
    rows = Rows()
    add(rows, Past("p", past))
    moments = [place for place, one in enumerate(past) if one.verb == "served"]
    assert len(rows.moments) == len(moments)
    for row, place in zip(rows.moments, moments, strict=True):
        known = profile_values(fold(start(), past[:place]), At(past[place].at.timestamp(), past[place].day))
        assert {name: row[name] for name in FEATURES if row[name] is not None} == known


@given(PASTS, st.binary(min_size=8, max_size=8))
def test_a_past_comes_back_whole_under_other_names(past: tuple[Activity, ...], salt: bytes) -> None:
    history = UserHistory(UserId("u1"), MORNING, "UTC", MORNING.toordinal(), past)
    there = read(write(history, salt)).activities
    assert [replace(one, tip="", task="") for one in there] == [replace(one, tip="", task="") for one in past]
    assert len({one.task for one in there}) == len({one.task for one in past})
    assert not {one.task for one in there} & {one.task for one in past if one.task}


@given(st.lists(PASTS, min_size=1, max_size=4))
def test_rows_made_in_pieces_are_the_rows_made_at_once(pasts: list[tuple[Activity, ...]]) -> None:
    histories = [UserHistory(UserId(f"u{n}"), MORNING, "UTC", 1, past) for n, past in enumerate(pasts)]
    lines = [write(one, b"salt") for one in histories]
    whole, pieces = rows_of(lines), [rows_of([line]) for line in lines]
    assert whole.moments == [row for piece in pieces for row in piece.moments]
    assert whole.reactions == [row for piece in pieces for row in piece.reactions]


def test_the_table_says_what_came_of_each_tip() -> None:
    rows = table_of(
        happened(0, "served", 1),
        happened(10, "done", 1, dwell_ms=700),
        happened(20, "completed", 1),
        happened(60, "served", 2),
        happened(61, "dismissed", 2),
        happened(62, "undone", 2),
        happened(65, "snoozed", 2),
        happened(120, "served", 3),
        happened(120 + 3 * 1440, "completed", 3),
        happened(180, "served", 4),
        happened(180 + 45, "done", 4),
    )
    said = {row["topic"]: row for row in rows}
    assert len(said) == 1
    told = [(row["verb"], row["acted"], row["done_day"], row["done_week"]) for row in rows]
    assert told == [
        ("done", True, True, True),
        ("snoozed", False, False, False),
        (None, False, False, True),
        ("done", False, False, False),
    ]
    assert (rows[0]["seconds"], rows[0]["dwell_ms"]) == (600.0, 700)


def test_a_completion_before_the_tip_is_none_of_its_doing() -> None:
    assert table_of(happened(0, "completed", 1), happened(5, "served", 1))[0]["done_week"] is False


def test_reports_count_what_is_there() -> None:
    book = Book()
    rows = Rows()
    past = [happened(day * 1440 + step, verb, day) for day in range(20) for step, verb in ((0, "served"), (5, "done"))]  # type: ignore[arg-type]
    add(rows, Past("p", tuple(past)))
    add(rows, Past("q", (happened(0, "completed"), happened(0, "completed", timed=False))))
    book.add(rows)
    known = {row["feature"]: row for row in coverage(book.table("moments")).to_pyarrow().to_pylist()}
    assert set(known) == set(FEATURES)
    assert (known["lateness_days"]["known"], known["reactions"]["known"]) == (0.0, 1.0)
    assert (known["reactions"]["least"], known["reactions"]["most"]) == (0.0, 19.0)
    by_day = answers(book.table("training"), "weekday").to_pyarrow().to_pylist()
    assert sum(row["tips"] for row in by_day) == 20
    assert {row["done"] for row in by_day} == {1.0}
    hours = rhythm(book.table("completions")).to_pyarrow().to_pylist()
    assert hours == [{"weekday": date(2026, 10, 1).weekday(), "clock": 9, "finished": 1}]
    book.close()


def test_an_empty_book_has_empty_tables(tmp_path: Path) -> None:
    book = Book()
    assert book.write(book.table("training"), tmp_path / "none.parquet") == 0
    assert book.count(book.table("moments")) == 0
    book.close()


def table_of(*past: Activity) -> list[Row]:
    rows, book = Rows(), Book()
    add(rows, Past("p", tuple(sorted(past, key=lambda one: one.at))))
    book.add(rows)
    found: list[Row] = book.table("training").to_pyarrow().to_pylist()
    book.close()
    return found


@pytest.fixture(autouse=True)
def _ibis() -> None:
    pytest.importorskip("ibis", reason="requirements/batch.txt is not installed")
