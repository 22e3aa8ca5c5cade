"""Marking a line done changes that line alone, whatever else is in the file."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from oo.plugins.connectors.todotxt.completing import complete, done_text
from oo.plugins.connectors.todotxt.lines import BOM, fault, split
from oo.plugins.connectors.todotxt.task import parse

TODAY = date(2026, 11, 21)
PIECES = st.sampled_from(
    [
        *(
            b"(A) Call Ada +family",
            b"2026-11-01 Water rec:1w due:2026-11-14",
            b"Pay rec:+1m t:2026-11-25 due:2026-11-30",
        ),
        *(
            b"x 2026-11-01 Done",
            b"Call\xc3\xa9 \xf0\x9f\x8f\xa0",
            b"\xff\xfe",
            b"\0",
            b"<<<<<<< HEAD",
            b"  (A) x",
            b"\x1f \x85",
        ),
        *(b"", b" ", b"Stretch rec:1d", b"rec:1d", b"(B) 2026-11-01 rec:1m due:2026-11-01", b"\tTab"),
    ]
)
FILES = st.builds(
    lambda bom, pieces, ends: bom + b"".join(a + b for a, b in zip(pieces, ends, strict=False)),
    st.sampled_from([b"", BOM]),
    st.lists(st.one_of(PIECES, st.binary(max_size=30)), max_size=12),
    st.lists(st.sampled_from([b"\n", b"\r\n", b"\r", b""]), min_size=12, max_size=12),
)


@given(FILES)
def test_the_lines_joined_again_are_the_file(data: bytes) -> None:
    lines = list(split(data))
    head = BOM if data.startswith(BOM) else b""
    assert head + b"".join(line.raw + line.end for line in lines) == data
    assert [line.number for line in lines] == list(range(1, len(lines) + 1))
    assert all(data[line.start : line.stop] == line.raw + line.end for line in lines)


@given(FILES, st.randoms(use_true_random=False))
def test_completing_changes_one_line_and_adds_at_most_one(data: bytes, chance: st.DataObject) -> None:
    lines = [line for line in split(data) if fault(line) is None]
    tasks = [(line, task) for line in lines if (task := parse(line.raw.decode())) is not None and not task.done]
    assume(tasks)
    line, task = chance.choice(tasks)  # type: ignore[attr-defined]
    changed = complete(data, line, TODAY)
    done = done_text(line.raw.decode(), TODAY).encode()
    kept = data[: line.start] + done + data[line.start + len(line.raw) :]
    assert changed.startswith(kept)
    added = changed[len(kept) :]
    assert task.repeat is not None or not added
    assert len(added.split()) == 0 or added.strip(b"\r\n").count(b"\n") == 0
    assert data.endswith((b"\n", b"\r")) or not added.endswith((b"\n", b"\r"))
    finished = parse(done.decode())
    assert finished is not None
    assert finished.done
    assert finished.finished == TODAY


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"(A) 2026-11-20 Call Ada +family\r\n", b"x 2026-11-21 2026-11-20 Call Ada +family pri:A\r\n"),
        (b"Call Ada", b"x 2026-11-21 Call Ada"),
        (b"(B) Call pri:A \n", b"x 2026-11-21 Call pri:A \n"),
        (b"(B) Call \n", b"x 2026-11-21 Call pri:B\n"),
        (
            BOM + b"(A) 2026-11-01 Water rec:1w due:2026-11-14 t:2026-11-12\nNext",
            BOM
            + b"x 2026-11-21 2026-11-01 Water rec:1w due:2026-11-14 t:2026-11-12 pri:A\nNext\n"
            + b"(A) 2026-11-21 Water rec:1w due:2026-11-28 t:2026-11-26",
        ),
        (
            b"Pay rec:+1m due:2026-10-31\r\n",
            b"x 2026-11-21 Pay rec:+1m due:2026-10-31\r\nPay rec:+1m due:2026-11-30\r\n",
        ),
        (b"Pay rec:+1w t:2026-11-01\n", b"x 2026-11-21 Pay rec:+1w t:2026-11-01\nPay rec:+1w t:2026-11-08\n"),
        (b"Stretch rec:1d\n", b"x 2026-11-21 Stretch rec:1d\nStretch rec:1d due:2026-11-22\n"),
        (
            b"Go rec:1b due:2026-11-20T17:00\n",
            b"x 2026-11-21 Go rec:1b due:2026-11-20T17:00\nGo rec:1b due:2026-11-23T17:00\n",
        ),
        (b"Go rec:1d due:9999-12-31\n", b"x 2026-11-21 Go rec:1d due:9999-12-31\n"),
        (b"Go rec:+1d due:9999-12-31\n", b"x 2026-11-21 Go rec:+1d due:9999-12-31\n"),
    ],
)
def test_the_line_is_written_as_todo_txt_has_it(before: bytes, after: bytes) -> None:
    assert complete(before, next(split(before)), TODAY) == after


def test_an_occurrence_that_another_app_added_is_not_added_again() -> None:
    data = b"Water rec:1w due:2026-11-14\nWater rec:1w due:2026-11-28\n"
    assert complete(data, next(split(data)), TODAY).count(b"due:2026-11-28") == 1


def test_what_is_done_cannot_be_done_again() -> None:
    data = b"x 2026-11-20 Call\n"
    with pytest.raises(ValueError, match="open"):
        complete(data, next(split(data)), TODAY)


DAYS = st.dates(min_value=date(2020, 1, 1), max_value=date(2035, 12, 31))
REPEATS = st.builds(
    lambda strict, count, unit: f"rec:{strict}{count}{unit}",
    st.sampled_from(["", "+"]),
    st.integers(1, 40),
    st.sampled_from("dwmyb"),
)
DATES = st.one_of(
    st.just(""),
    st.just(" due:soon"),
    st.builds(" due:{}".format, DAYS),
    st.builds(" due:{}T17:00".format, DAYS),
    st.builds(" t:{}".format, DAYS),
    st.builds(" t:{} due:{}".format, DAYS, DAYS),
    st.builds(" due:soon t:{}".format, DAYS),
)
HEADS = st.sampled_from(["", "(A) ", "2026-11-01 ", "(B) 2026-11-21 "])


@given(HEADS, REPEATS, DATES, st.lists(DAYS, min_size=1, max_size=3))
def test_finishing_one_occurrence_always_leaves_exactly_one_open(
    head: str, every: str, dates: str, days: list[date]
) -> None:
    data = f"{head}Water plants {every}{dates}\n".encode()
    for finished, today in enumerate(days, 1):
        (line,) = (line for line in split(data) if not line.raw.startswith(b"x "))
        before = parse(line.raw.decode())
        data = complete(data, line, today)
        (following,) = (line for line in split(data) if not line.raw.startswith(b"x "))
        after = parse(following.raw.decode())
        assert following.raw != line.raw
        assert before is not None and after is not None
        assert after.identity == before.identity
        for was, now in ((before.due, after.due), (before.start, after.start)):
            assert was is None or (now is not None and day(now) > day(was))
        assert after.due is not None or after.start is not None
        assert data.count(b"x ") == finished


def day(when: date) -> date:
    return when.date() if isinstance(when, datetime) else when


@pytest.mark.parametrize(
    ("before", "following"),
    [
        ("Water rec:1w due:2026-11-28", "Water rec:1w due:2026-12-05"),
        ("Water rec:1w due:2026-11-27", "Water rec:1w due:2026-11-28"),
        ("Stretch rec:1d due:2026-11-22", "Stretch rec:1d due:2026-11-23"),
        ("Stretch rec:1d due:2026-12-24", "Stretch rec:1d due:2026-12-25"),
        ("Post rec:1b due:2026-11-23", "Post rec:1b due:2026-11-24"),
        ("Sow rec:1w t:2026-11-28", "Sow rec:1w t:2026-12-05"),
        ("Pay rec:+1m t:2026-11-25 due:2026-11-30", "Pay rec:+1m t:2026-12-25 due:2026-12-30"),
        ("Go rec:1d due:soon", "Go rec:1d due:2026-11-22"),
    ],
)
def test_what_is_finished_early_comes_round_after_its_own_day(before: str, following: str) -> None:
    data = f"{before}\n".encode()
    assert complete(data, next(split(data)), TODAY).decode() == f"x 2026-11-21 {before}\n{following}\n"
