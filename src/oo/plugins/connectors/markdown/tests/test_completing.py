"""Ticking a line off changes that line alone, whatever else is in the note."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from oo.contracts.connectors import Source
from oo.contracts.ids import ConnectionId
from oo.contracts.reading import Notes
from oo.kernel.lines import BOM, ending
from oo.plugins.connectors.markdown.completing import box_of, complete
from oo.plugins.connectors.markdown.notes import boxes
from oo.plugins.connectors.markdown.signs import signs
from oo.plugins.connectors.markdown.vault import Row, rows

TODAY = date(2026, 11, 21)
SOURCE = Source(ConnectionId("c"), datetime(2026, 11, 21, 9, 30, tzinfo=UTC), "Europe/Berlin")


def open_rows(data: bytes) -> list[Row]:
    return [row for row in rows(SOURCE, "a.md", data, Notes()) if row.task.state == "open"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("- [ ] Call\r\n", "- [x] Call ✅ 2026-11-21\r\n"),
        ("> * [/] Call  #phone ^abc  ", "> * [x] Call  #phone ✅ 2026-11-21 ^abc  "),
        ("1. [ ] Call 📅 2026-11-20", "1. [x] Call 📅 2026-11-20 ✅ 2026-11-21"),
        ("- [ ] Call  [due:: 2026-11-20]", "- [x] Call  [due:: 2026-11-20]  [completion:: 2026-11-21]"),
        ("- [ ] Call ✅ 2020-01-01 #x", "- [x] Call ✅ 2026-11-21 #x"),
        ("- [ ] Call [completion:: 2020-01-01]", "- [x] Call [completion:: 2026-11-21]"),
        ("- [ ] a\n- [x] b [due:: 2026-01-01]", "- [x] a  [completion:: 2026-11-21]\n- [x] b [due:: 2026-01-01]"),
        ("- [ ] a\n- [x] b [due:: 2026-01-01] 📅", "- [x] a ✅ 2026-11-21\n- [x] b [due:: 2026-01-01] 📅"),
        (
            "- [/] Go #a 🔁 every week 🛫 2026-11-10 ⏳ 2026-11-12 📅 2026-11-14 🆔 x ⛔ y ^b\nNext",
            (
                "- [ ] Go #a 🔁 every week 🛫 2026-11-17 ⏳ 2026-11-19 📅 2026-11-21\n"
                "- [x] Go #a 🔁 every week 🛫 2026-11-10 ⏳ 2026-11-12 📅 2026-11-14 🆔 x ⛔ y ✅ 2026-11-21 ^b\nNext"
            ),
        ),
        (
            "\t- [ ] Go  [repeat:: every 2 days when done]  [due:: 2026-11-01]  [created:: 2026-10-01]",
            (
                "\t- [ ] Go  [repeat:: every 2 days when done]  [due:: 2026-11-23]  [created:: 2026-11-21]\n"
                "\t- [x] Go  [repeat:: every 2 days when done]  [due:: 2026-11-01]  [created:: 2026-10-01]"
                "  [completion:: 2026-11-21]"
            ),
        ),
        ("a\r\n- [ ] Go 🔁 every day", "a\r\n- [ ] Go 🔁 every day\r\n- [x] Go 🔁 every day ✅ 2026-11-21"),
        ("- [ ] Go 🏁 delete\n- [ ] b\n", "- [ ] b\n"),
        ("a\n- [ ] Go [onCompletion:: Delete]", "a\n"),
        ("- [ ] Go 🏁 keep", "- [x] Go 🏁 keep ✅ 2026-11-21"),
        ("- [ ] Go 🔁 every day 🏁 delete 📅 2026-11-20\nb", "- [ ] Go 🔁 every day 🏁 delete 📅 2026-11-21\nb"),
        ("- [ ] Go 🔁 every day 🏁 delete 📅 2026-11-20", "- [ ] Go 🔁 every day 🏁 delete 📅 2026-11-21"),
        ("- [ ] Go 🔁 every February on the 30th", "- [x] Go 🔁 every February on the 30th ✅ 2026-11-21"),
        ("- [ ] Go 🔁 sometimes 📅 2026-11-20", "- [x] Go 🔁 sometimes 📅 2026-11-20 ✅ 2026-11-21"),
    ],
)  # fmt: skip
def test_the_line_is_written_as_obsidian_tasks_does(before: str, after: str) -> None:
    for mark in (b"", BOM):
        data = mark + before.encode()
        assert complete(data, open_rows(data)[0].line, TODAY) == mark + after.encode()


def test_an_occurrence_that_another_app_added_is_not_added_again() -> None:
    data = "- [ ] Water 🔁 every week 📅 2026-11-21\n- [ ] Water 🔁 every week 📅 2026-11-14\n".encode()
    assert complete(data, open_rows(data)[1].line, TODAY).decode() == (
        "- [ ] Water 🔁 every week 📅 2026-11-21\n- [x] Water 🔁 every week 📅 2026-11-14 ✅ 2026-11-21\n"
    )


@pytest.mark.parametrize(
    ("before", "following"),
    [
        ("Water 🔁 every week when done 📅 2026-11-28", "Water 🔁 every week when done 📅 2026-12-05"),
        ("Water 🔁 every week when done 📅 2026-11-27", "Water 🔁 every week when done 📅 2026-11-28"),
        ("Go 🔁 every day when done ⏳ 2026-12-24", "Go 🔁 every day when done ⏳ 2026-12-25"),
        ("Go 🔁 every Monday when done 📅 2026-11-23", "Go 🔁 every Monday when done 📅 2026-11-30"),
    ],
)
def test_what_is_finished_early_comes_round_after_its_own_day(before: str, following: str) -> None:
    data = f"- [ ] {before}\n".encode()
    expected = f"- [ ] {following}\n- [x] {before} ✅ 2026-11-21\n"
    assert complete(data, open_rows(data)[0].line, TODAY).decode() == expected


DAYS = st.dates(min_value=date(2020, 1, 1), max_value=date(2035, 12, 31))
RULES = st.builds(
    lambda every, when_done: f"🔁 every {every}{when_done}",
    st.sampled_from(["day", "3 days", "week", "2 weeks on Friday", "month", "month on the 31st", "year", "weekday"]),
    st.sampled_from(["", " when done"]),
)
DATES = st.lists(
    st.builds(lambda sign, day: f" {sign} {day}", st.sampled_from("📅⏳🛫"), DAYS),
    max_size=3,
    unique_by=lambda text: text[1],
)


@given(RULES, DATES, st.lists(DAYS, min_size=1, max_size=3))
def test_finishing_one_occurrence_always_leaves_exactly_one_open(
    every: str, dates: list[str], days: list[date]
) -> None:
    data = f"- [ ] Water plants {every}{''.join(dates)}\n".encode()
    for today in days:
        (before,) = open_rows(data)
        data = complete(data, before.line, today)
        (after,) = open_rows(data)
        assert after.key != before.key
        if before.task.anchor is not None:
            assert after.task.anchor is not None and after.task.anchor > before.task.anchor


def test_what_is_not_open_cannot_be_completed() -> None:
    for text in (b"- [x] a\n", b"- [-] a\n"):
        (box,) = boxes(text)
        with pytest.raises(ValueError, match="open"):
            complete(text, box.line, TODAY)


PIECES = st.sampled_from(
    [
        *("- [ ] Call 📅 2026-11-20", "- [ ] Water 🔁 every week 📅 2026-11-14", "- [x] a ✅ 2026-11-01", "- [-] no"),
        *("> - [ ] Go 🔁 every month when done ⏳ 2026-01-31", "- [ ] Go 🔁 every day", "- [ ] x 🏁 delete", "text"),
        *("- [ ] Wait ⛔ a 🆔 b ^c", "- [ ] Call ✅ 2020-01-01", "\t1) [ ] tab", "- [ ] Go 🔁 every day 📅 9999-12-31"),
        *("  - [/] Sub [due:: 2026-11-01]", "```", "%%", "<!--", "-->", "---", ""),
    ]
)
NOTES = st.builds(
    lambda bom, pieces, ends: bom + b"".join(a + b for a, b in zip(pieces, ends, strict=False)),
    st.sampled_from([b"", BOM]),
    st.lists(st.one_of(PIECES.map(str.encode), st.binary(max_size=30)), max_size=12),
    st.lists(st.sampled_from([b"\n", b"\r\n", b"\r", b""]), min_size=12, max_size=12),
)


@given(NOTES, st.integers(0, 100))
def test_completing_changes_one_line_and_adds_at_most_one_above_it(data: bytes, which: int) -> None:
    found = open_rows(data)
    assume(found)
    row = found[which % len(found)]
    line = row.line
    changed = complete(data, line, TODAY)
    assert changed.startswith(data[: line.start])
    behind = data[line.stop :]
    assert changed.endswith(behind)
    middle = changed[line.start : len(changed) - len(behind)]
    end = line.end or ending(data)
    *above, last = middle.removesuffix(line.end).split(end) if middle else [b""]
    assert len(above) <= (row.task.rule is not None)
    box = box_of(line)
    assert box is not None
    if signs(box.body).values.get("onCompletion") == "delete":
        assert not above
    else:
        assert b"[x]" in last
        assert b"2026-11-21" in last
        if "✅".encode() not in line.raw and b"completion::" not in line.raw:
            was = last.replace(" ✅ 2026-11-21".encode(), b"").replace(b"  [completion:: 2026-11-21]", b"")
            assert was.partition(b"[x]")[0] == line.raw.partition(b"[")[0]
            assert was.partition(b"[x]")[2] == line.raw.partition(b"]")[2]


@given(NOTES, st.integers(0, 100))
def test_a_task_that_is_completed_keeps_its_key_and_so_do_all_others(data: bytes, which: int) -> None:
    found = rows(SOURCE, "a.md", data, Notes())
    todo = [row for row in found if row.task.state == "open" and "🏁" not in row.line.raw.decode()]
    assume(todo)
    row = todo[which % len(todo)]
    assume(sum(one.task.identity == row.task.identity for one in found) == 1)
    after = {one.key: one.task for one in rows(SOURCE, "a.md", complete(data, row.line, TODAY), Notes())}
    assert after[row.key].state == "done"
    assert after[row.key].finished == TODAY
    for one in found:
        if one.key != row.key:
            assert after[one.key] == one.task
    assert len(after) - len(found) == (row.task.rule is not None and len(after) > len(found))
