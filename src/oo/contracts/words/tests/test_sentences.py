"""What connectors, the disk and the room of sources say is said in every language."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo.contracts.words import LANGUAGES, translator
from oo.contracts.words.sentences import PARTS, SENTENCES, template_of

HOUSE = Path(__file__).parents[3]
SPEAKERS = (
    *sorted((HOUSE / "plugins" / "connectors").rglob("*.py")),
    *sorted((HOUSE / "formats").rglob("*.py")),
    *sorted((HOUSE / "modules" / "integrations").rglob("*.py")),
    *(HOUSE / name for name in ("contracts/reading.py", "kernel/files.py", "kernel/trees.py", "kernel/lines.py")),
    *(HOUSE / name for name in ("entry/disk.py", "entry/local_disk.py")),
)
SENTENCE = re.compile(r"[A-Za-z{][^:]*\s.*[a-z)}�NUL8]\.", re.DOTALL)
NEVER_SHOWN = re.compile(
    r"a connector gave|The next occurrence is past|A path holds no NUL|BEGIN:|RRULE|\bDTSTAMP\b|does not|must not"
)
OTHERS = [code for code in LANGUAGES if code != "en"]


def said(path: Path) -> Iterator[str]:
    """Every sentence in a file's code, with `file` or `folder` for `{what}` and a 7 for all else that is filled in."""
    tree = ast.parse(path.read_text("utf-8"))
    passed = {part for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    passed |= {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if node in passed:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            texts = [node.value]
        elif isinstance(node, ast.JoinedStr):
            texts = [_filled(node, what) for what in ("file", "folder")]
        else:
            continue
        yield from (text for text in texts if SENTENCE.fullmatch(text) and not NEVER_SHOWN.search(text))


def _filled(node: ast.JoinedStr, what: str) -> str:
    return "".join(
        str(part.value) if isinstance(part, ast.Constant) else what if _is_what(part) else "7" for part in node.values
    )


def _is_what(part: ast.expr) -> bool:
    return isinstance(part, ast.FormattedValue) and isinstance(part.value, ast.Name) and part.value.id == "what"


def test_every_sentence_of_the_code_has_a_template() -> None:
    unknown = {
        f"{path.relative_to(HOUSE)}: {text}"
        for path in SPEAKERS
        if "tests" not in path.parts
        for text in said(path)
        if template_of(text)[0] not in SENTENCES
    }
    assert not unknown, "\n".join(sorted(unknown))


@pytest.mark.parametrize("language", OTHERS)
def test_every_template_has_its_words_in_every_language(language: str) -> None:
    t = translator(language)
    assert [text for text in (*SENTENCES, *PARTS) if t(text) == text] == []


def test_what_was_filled_in_is_said_in_the_language_too() -> None:
    t = translator("de")
    assert t.sentence("The due date is no date; it is left out.") == "Fälligkeit: kein Datum; es entfällt."
    assert t.sentence("The line is longer than 10000 bytes.") == "Die Zeile ist länger als 10000 Bytes."
    assert translator("en").sentence("The due date is no date; it is left out.").startswith("The due date")


@given(st.text())
def test_a_sentence_that_nobody_knows_stays_as_it_is(text: str) -> None:
    assert translator("en").sentence(text) == text


@given(st.sampled_from([one for one in SENTENCES if "{" in one]), st.text("abc 0123.(){}", min_size=1))
def test_whatever_is_filled_in_english_stays_what_it_was(template: str, value: str) -> None:
    text = re.sub(r"\{\w+\}", lambda _: value, template)
    assert translator("en").sentence(text) == text
