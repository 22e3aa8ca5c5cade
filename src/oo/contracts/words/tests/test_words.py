"""The catalogues hold every text that is shown, and say it without surprises."""

from __future__ import annotations

import ast
import io
import re
from collections.abc import Iterator
from pathlib import Path

import jinja2
import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st
from jinja2.ext import extract_from_ast

from oo.contracts.words import LANGUAGES, best_language, translator

WORDS = Path(__file__).parents[1]
SOURCES = WORDS.parents[1]
OTHERS = [code for code in LANGUAGES if code != "en"]


def texts_shown() -> Iterator[tuple[str, str]]:
    """Every text that code or a template passes to a translator, with where it does."""
    for path in sorted(SOURCES.rglob("*.py")):
        if "tests" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and (name := called(node.func)) in {"t", "say", "plural"}:
                for argument in node.args[: 2 if name == "plural" else 1]:
                    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                        yield argument.value, f"{path.relative_to(SOURCES)}:{node.lineno}"
    environment = jinja2.Environment(trim_blocks=True, lstrip_blocks=True, autoescape=True)
    for path in sorted(SOURCES.rglob("*.html")):
        tree = environment.parse(path.read_text("utf-8"))
        for line, _, found in extract_from_ast(tree, gettext_functions=("t",)):
            for text in forms(found)[:1]:
                yield text, f"{path.relative_to(SOURCES)}:{line}"


def called(function: ast.expr) -> str:
    if isinstance(function, ast.Name):
        return function.id
    return function.attr if isinstance(function, ast.Attribute) else ""


def messages(language: str) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Every message with its forms: the English ones, and those of the language."""
    with (WORDS / language / "LC_MESSAGES" / "oo.po").open("rb") as file:
        catalogue = read_po(file, locale=language, domain="oo")
    return [(forms(message.id), forms(message.string)) for message in catalogue if message.id]


def forms(texts: object) -> tuple[str, ...]:
    if isinstance(texts, str):
        return (texts,)
    return tuple(text for text in texts if text) if isinstance(texts, (list, tuple)) else ()


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_that_is_shown_has_its_words_in_every_language(language: str) -> None:
    known = {text for english, said in messages(language) if all(said) for text in english}
    missing = sorted({f"{where}: {text!r}" for text, where in texts_shown() if text not in known})
    assert not missing, f"Without words in {language}:\n" + "\n".join(missing)


@pytest.mark.parametrize("language", OTHERS)
def test_the_compiled_catalogue_is_what_the_written_one_says(language: str) -> None:
    folder = WORDS / language / "LC_MESSAGES"
    fresh = io.BytesIO()
    with (folder / "oo.po").open("rb") as file:
        write_mo(fresh, read_po(file, locale=language, domain="oo"))
    assert (folder / "oo.mo").read_bytes() == fresh.getvalue(), "Run `pybabel compile -D oo -d src/oo/contracts/words`."


@pytest.mark.parametrize("language", OTHERS)
def test_every_language_fills_no_place_that_english_does_not_have(language: str) -> None:
    for english, said in messages(language):
        wanted = set(re.findall(r"\{\w+\}", english[-1]))
        for text in said:
            assert set(re.findall(r"\{\w+\}", text)) <= wanted, text


def test_no_text_shouts_begs_or_says_we() -> None:
    loud = re.compile(r"!|\b(please|oops|we|our|I|still|overdue|don't forget)\b")
    for english, _ in messages("de"):
        for text in english:
            assert not loud.search(text), text


def test_an_unknown_language_speaks_english() -> None:
    assert translator("tlh")("Done") == "Done"
    assert translator("de-AT")("Done") == "Erledigt"


@given(st.text())
def test_what_a_person_wrote_is_never_read_as_a_place(title: str) -> None:
    assert translator("en")("Open in {source}", source=title) == f"Open in {title}"
    assert translator("de")("{source} will know in a moment.", source=title) == f"{title} erfährt es gleich."


def test_the_best_language_is_the_first_that_is_known() -> None:
    assert best_language("fr-CH, fr;q=0.9, de;q=0.7, en;q=0.8") == "en"
    assert best_language("de-AT,de;q=0.9") == "de"
    assert best_language("") == "en"
    assert best_language("xx;q=nonsense,de") == "de"
