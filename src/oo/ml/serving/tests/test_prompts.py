"""Prompts are versions that never change, and lists of words are what they say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo.ml.serving.lexicon import LANGUAGES, lexicon
from oo.ml.serving.naming import one_line
from oo.ml.serving.prints import SIZE, alike, print_of
from oo.ml.serving.prompts import CURRENT, prompt, versions
from oo.ml.serving.tests.briefs import THOUGHTS, brief, writer
from oo.testing.llm.answers import Answer
from oo.testing.llm.server import stand_in

HASHES = {
    "tip-1": "c53f5e9c6125a266",
    "tip-2": "201048faf356e87e",
    "tip-3": "6b01acf62ae79009",
    "scene-1": "08bbe839fb7ecf3a",
    "words-1": "6700d12bc11ac14c",
    "words-2": "79fcea39c939958f",
}
"""A version that was released stays as it was; whoever wants another writes the next one."""


def test_a_released_version_never_changes() -> None:
    found = [version for name in ("tip", "scene", "words") for version in versions(name)]
    assert {version: prompt(version).hash for version in found} == HASHES and CURRENT in HASHES


@pytest.mark.anyio
@pytest.mark.parametrize(("language", "english"), [("en", "English"), ("de", "German")])
async def test_what_the_prompt_calls_good_is_shown_as_it_stands(language: str, english: str) -> None:
    examples = [
        line.partition(": ")[2] for line in prompt().system.split("\n") if line.startswith(f"Good in {english}")
    ]
    said = f'{{"candidates": [{", ".join(examples)}]}}'
    async with stand_in(lambda asked: Answer(said)) as there:
        found = await writer(there.url).generate(brief(language=language, thoughts=THOUGHTS), 60)
    assert [one.kind for one in found.candidates] == ["task", "advice", "insight"] and not found.refused
    assert [bool(one.rationale) for one in found.candidates] == [True, True, False]


@pytest.mark.parametrize("name", ["tip-0", "tip-99", "../tip-1", "tip-1.md", ""])
def test_a_version_that_there_is_not_is_a_key_error(name: str) -> None:
    with pytest.raises(KeyError):
        prompt(name)


def test_places_are_filled_once() -> None:
    _, user = prompt("tip-1").filled({"data": "[[count]]", "count": "3", "fence": "~~~", "language": "German"})
    assert "[[count]]" in user and "Write 3 candidates in German" in user


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_is_both_common_and_forbidden_and_every_act_may_be_said(language: str) -> None:
    words = lexicon(language)
    assert words is not None
    assert not words.common & words.never and words.acts <= words.common
    assert all(word == word.lower() for word in words.common)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["anna", "peter", "berlin", "london", "montag", "januar", "google", "müller"])
def test_names_places_and_days_are_not_common(language: str, name: str) -> None:
    words = lexicon(language)
    assert words is not None and name not in words.common


@given(st.text(max_size=60))
def test_a_text_is_like_itself_and_its_fingerprint_has_one_size(text: str) -> None:
    found = print_of(text)
    assert len(found) == SIZE and all(-127 <= value <= 127 for value in found)
    assert not any(found) or alike(found, found) == pytest.approx(1.0)


@given(st.text(max_size=60))
def test_a_title_in_one_line_has_no_sign_that_steers(title: str) -> None:
    line = one_line(title)
    assert line == " ".join(line.split()) and "\u202e" not in line and "\n" not in line
