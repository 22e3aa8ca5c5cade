"""Which lines of a note are boxes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo.plugins.connectors.markdown.notes import Box, Fault, boxes


def found(text: str) -> list[str]:
    return [box.body for box in boxes(text.encode()) if isinstance(box, Box)]


@pytest.mark.parametrize(
    "line",
    [
        "- [ ] a",
        "* [x] a",
        "+ [-] a",
        "1. [ ] a",
        "23) [/] a",
        "\t- [ ] a",
        "> - [ ] a",
        "> > * [?] a",
        "-   [ ]  a",
        "-\xa0[ ]\xa0a",
    ],
)
def test_a_box_stands_behind_every_mark_of_a_list(line: str) -> None:
    assert found(line) == ["a"]


@pytest.mark.parametrize(
    "line",
    [
        "[ ] a",
        "-[ ] a",
        "- [] a",
        "- [  ] a",
        "- [x](link)",
        "x - [ ] a",
        "- [ ]",
        "- [ ]   ",
        "text - [ ] a",
        "#- [ ] a",
    ],
)
def test_what_only_looks_like_a_box_is_none(line: str) -> None:
    assert found(line) == []


@pytest.mark.parametrize(
    "text",
    [
        "```\n- [ ] a\n```\n- [ ] b",
        "~~~~ md\n- [ ] a\n~~~\n- [ ] a\n~~~~~\n- [ ] b",
        "````\n```\n- [ ] a\n````\n- [ ] b",
        "- x\n  ```tasks\n  - [ ] a\n  ```\n- [ ] b",
        "> ```\n> - [ ] a\n- [ ] b",
        "- [ ] b\n```\n- [ ] never closed",
        "``` a`b ```\n- [ ] b",
        "<!-- - [ ] a\n- [ ] a\n-->\n- [ ] b",
        "<!-- note -->\n- [ ] b",
        "%%\n- [ ] a\n%%\n- [ ] b",
        "50 %% off\n- [ ] b",
        "a <!-- that has no end\n- [ ] b",
        "`<!--` as code\n- [ ] b",
        "---\n- [ ] a\n---\n- [ ] b",
        "\ufeff---\ntags: x\n...\n- [ ] b",
        "- [ ] b <!-- c\n- [ ] a -->\n",
    ],
)
def test_code_comments_and_properties_are_passed_over(text: str) -> None:
    assert [body.strip(" c!<-") for body in found(text)] == ["b"]


def test_a_rule_at_the_beginning_is_no_properties() -> None:
    assert found("---\n- [ ] a\n\ntext") == ["a"]


def test_nesting_is_known_by_indentation_and_quotes() -> None:
    text = "- [-] a\n  - [ ] b\n\t- plain\n\t\t- [x] c\n- [ ] d\n> - [-] e\n>   - [ ] f\n\ntext\n  - [ ] g\n"
    assert [(box.body, box.under) for box in boxes(text.encode()) if isinstance(box, Box)] == [
        ("a", ""),
        ("b", "-"),
        ("c", "- "),
        ("d", ""),
        ("e", ""),
        ("f", "-"),
        ("g", ""),
    ]


def test_lines_that_are_no_text_or_too_long_are_listed() -> None:
    data = b"- [ ] a\n- [ ] caf\xe9\n- [ ] " + b"x" * 10_001 + b"\n" + b"y" * 10_001 + b"\n- [ ] b\n- [ ] c\rd\n"
    kinds = [(one.line.number, type(one)) for one in boxes(data)]
    assert kinds == [(1, Box), (2, Fault), (3, Fault), (5, Box), (6, Fault)]


PIECES = st.sampled_from(
    [b"- [ ] ", b"* [x] ", b"> ", b"  ", b"\t", b"```", b"~~~", b"<!--", b"-->", b"%%", b"---\n", b"\n", b"\r\n", b"a"]
)


@given(st.lists(st.one_of(PIECES, st.binary(max_size=8)), max_size=40).map(b"".join))
def test_no_bytes_break_it_and_boxes_are_lines_of_the_note(data: bytes) -> None:
    for box in boxes(data):
        assert data[box.line.start : box.line.stop] == box.line.raw + box.line.end
        assert b"[" in box.line.raw
