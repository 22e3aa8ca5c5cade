"""What a line with a box says."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo.plugins.connectors.markdown.notes import Box, boxes
from oo.plugins.connectors.markdown.signs import signs
from oo.plugins.connectors.markdown.task import Task, parse
from oo.plugins.connectors.markdown.words import title


def read(line: str, only_tag: str = "") -> Task | None:
    (box,) = boxes(line.encode())
    assert isinstance(box, Box)
    return parse(box, only_tag)


def task(line: str) -> Task:
    found = read(line)
    assert found is not None
    return found


def test_the_example_of_the_format_is_read() -> None:
    found = task("- [ ] Call Ada 🔼 🔁 every week ⏳ 2026-11-21 📅 2026-11-22 #phone")
    assert (found.title, found.priority, found.scheduled, found.due, found.labels) == (
        "Call Ada",
        2,
        date(2026, 11, 21),
        date(2026, 11, 22),
        1,
    )
    assert found.rule is not None
    assert task("- [x] Pay rent ✅ 2026-11-20").finished == date(2026, 11, 20)
    assert task("- [-] Old idea ❌ 2026-11-01").state == "dropped"


@pytest.mark.parametrize(
    ("mark", "state", "started"),
    [(" ", "open", False), ("x", "done", False), ("X", "done", False), ("/", "open", True), ("-", "dropped", False)]
    + [(mark, "open", False) for mark in '>?!*<i"D'],
)
def test_the_box_says_the_state(mark: str, state: str, started: bool) -> None:
    found = task(f"- [{mark}] a")
    assert (found.state, found.started) == (state, started)


@pytest.mark.parametrize(
    ("sign", "name", "value"),
    [
        ("📅 2026-11-22", "due", "2026-11-22"),
        ("📆2026-11-22", "due", "2026-11-22"),
        ("🗓️ 2026-11-22", "due", "2026-11-22"),
        ("⌛\ufe0f\xa02026-11-22", "scheduled", "2026-11-22"),
        ("🛫 2026-11-22\ufe0f", "start", "2026-11-22"),
        ("➕ 2026-11-22", "created", "2026-11-22"),
        ("⏰ 2026-11-22 09:30", "reminder", "2026-11-22 09:30"),
        ("🔺", "priority", "highest"),
        ("⏫\ufe0f", "priority", "high"),
        ("🔁 every day when done", "repeat", "every day when done"),
        ("🆔 Is-A-Valid_ID", "id", "Is-A-Valid_ID"),
        ("⛔ abc, def", "dependsOn", "abc, def"),
        ("🏁 delete", "onCompletion", "delete"),
        ("[due:: 2026-11-22]", "due", "2026-11-22"),
        ("[  due::2026-11-22  ]", "due", "2026-11-22"),
        ("(scheduled:: 2026-11-22),", "scheduled", "2026-11-22"),
        ("[priority:: high]", "priority", "high"),
        ("[dependsOn:: a,b]", "dependsOn", "a,b"),
        ("(repeat:: every 2 weeks)", "repeat", "every 2 weeks"),
        ("[mood:: good]", "other", "good"),
        ("#home/garden", "tag", "home/garden"),
    ],
)
def test_every_sign_is_read_in_any_order(sign: str, name: str, value: str) -> None:
    for body in (
        f"Words {sign}",
        f"Words {sign} 📅 2030-01-01",
        f"Words #tag {sign} [id:: x] ^block",
        f"Words [id:: x] {sign}  ",
    ):
        found = signs(body)
        assert (name, value) in [(one.name, one.value) for one in found.signs]
        assert body[: found.words_stop] == "Words"


def test_signs_before_other_words_do_not_count() -> None:
    found = task("- [ ] Buy 📅 2026-11-22 milk [due:: 2026-11-23] now")
    assert found.due is None
    assert found.faults == ("A date's sign stands before other words, where it doesn't count.",)


def test_what_is_no_date_or_recurrence_is_left_out_and_said_so() -> None:
    found = task("- [ ] Oil the hinge 🔁 soon 🛫 2026-02-30 📅 2026-13-45")
    assert (found.title, found.due, found.start, found.rule) == ("Oil the hinge", None, None, None)
    assert len(found.faults) == 3
    assert "hinge" not in " ".join(found.faults)


def test_of_two_signs_the_first_counts_as_in_obsidian_tasks() -> None:
    assert task("- [ ] a 📅 2026-11-22 📅 2026-11-23").due == date(2026, 11, 22)


def test_a_global_filter_tells_which_boxes_count() -> None:
    assert read("- [ ] #task a", "task") is not None
    assert read("- [ ] a #Task 📅 2026-11-22", "task") is not None
    assert read("- [ ] a #tasks", "task") is None
    assert read("- [ ] `#task` a", "task") is None


def test_what_is_below_something_dropped_is_hidden() -> None:
    found = [parse(box) for box in boxes(b"- [-] a\n  - [ ] b\n- [x] c\n  - [ ] d\n") if isinstance(box, Box)]
    assert [one.hidden for one in found if one] == [False, True, False, False]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Call [[People/Ada|Ada]] and [[Grace#Today]]", "Call Ada and Grace"),
        ("See [[#Plan]], [[Note.md]] and [[|alias]] [[]]", "See Plan, Note and alias"),
        ('[plan](<https://example.com/a> "x") and [b](c_(d).md) and []()', "plan and b and"),
        ("![alt](a.png) ![[b.png]] text [^1]", "alt text"),
        ("**Bold**, *it*, __b__, _i_, ~~s~~, ==m== and `co*de*`", "Bold, it, b, i, s, m and co*de*"),
        ("***both*** and 2*3*4 and snake_case_name", "both and 2*3*4 and snake_case_name"),
        (r"\[\[not a link\]\] \*x\* `\[`", r"[[not a link]] *x* \["),
        ("#task Do #this_now and #that", "Do this now and that"),
        ("issue #12 and C# and a#b", "issue #12 and C# and a#b"),
        ("a<br>b <b>c</b> <https://example.com> <!-- d --> %%e%%", "a b c https://example.com"),
        ("a <% tp.date.now() %> 📅 <% x %>", "a"),
        ("#home #garden", "home garden"),
        ("[link [with] brackets](x)", "link [with] brackets"),
    ],
)
def test_a_title_is_what_a_person_would_say(text: str, said: str) -> None:
    assert title(text) == said


def test_trailing_tags_are_the_title_when_there_is_nothing_else() -> None:
    assert task("- [ ] #home #garden 📅 2026-11-22").title == "home garden"
    assert task("- [ ] 🏠").title == "🏠"


@given(
    st.text(alphabet=st.one_of(st.characters(codec="utf-8"), st.sampled_from("📅⏳🔁🆔⛔[]()*_`#:^<>%\\|!\ufe0f\xa0")))
)
def test_no_text_breaks_it_and_every_task_has_a_title(text: str) -> None:
    for box in boxes(f"- [ ] {text}".encode()):
        found = parse(box) if isinstance(box, Box) else None
        if found is not None:
            assert found.title.strip()
            assert len(found.title) <= 500
