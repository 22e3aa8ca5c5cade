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
    "tip-4": "f7604a874b9966c1",
    "scene-1": "08bbe839fb7ecf3a",
    "words-1": "6700d12bc11ac14c",
    "words-2": "79fcea39c939958f",
}
"""A version that was released stays as it was; whoever wants another writes the next one."""


def test_a_released_version_never_changes() -> None:
    found = [version for name in ("tip", "scene", "words") for version in versions(name)]
    assert {version: prompt(version).hash for version in found} == HASHES and CURRENT in HASHES


def told(language: str, *tags: str) -> str:
    """What a model is told first, for somebody of that language."""
    return prompt().filled({}, {language, *tags})[0]


def test_a_model_is_told_what_concerns_it_alone() -> None:
    english, german = told("English"), told("German", "thoughts")
    assert "{s1.text}" not in english and "Leg den" not in english and "Put the old one" in english
    assert "{s1.text}" in german and "Leg den" in german and "Put the old one" not in german
    assert "[" not in "".join(line[0] for line in english.split("\n") if line)


async def shown(answer: str, language: str) -> list[str]:
    """The kinds of what is shown of an answer in the model's words, and the reasons for what isn't."""
    async with stand_in(lambda asked: Answer(answer)) as there:
        found = await writer(there.url).generate(brief(language=language, thoughts=THOUGHTS[1::-1], count=4), 60)
    return [*(one.kind for one in found.candidates if one.model), *(one.reason for one in found.refused)]


def examples(language: str) -> str:
    """Those of the prompt, as an answer."""
    lines = [
        line.partition(": ")[2] for line in told(language, "thoughts").split("\n") if '"task", "text": "…"' not in line
    ]
    return f'{{"candidates": [{", ".join(line for line in lines if line.startswith("{"))}]}}'


@pytest.mark.anyio
@pytest.mark.parametrize(("language", "english"), [("en", "English"), ("de", "German")])
async def test_what_the_prompt_shows_is_good_but_for_other_things(language: str, english: str) -> None:
    given = examples(english)
    assert await shown(given, language) == ["insight", "echo", "echo", "echo"]
    other = {"en": ("old one", "old form", "receipt", "letter", "phone", "laptop")}.get(
        language, ("alten und einen", "Brief und einen", "Paket", "Kasten", "Telefon", "Notizbuch")
    )
    for was, now in zip(other[::2], other[1::2], strict=True):
        given = given.replace(was, now)
    assert await shown(given, language) == ["task", "task", "advice", "insight"]


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


@pytest.mark.anyio
@pytest.mark.parametrize(
    "text",
    [
        "Put the old one and the pen on the table: {e1.title}",
        "Send the signed lease: {e1.title}",
        "Call the plumber: {e2.title}",
    ],
)
async def test_who_says_an_example_or_the_title_over_has_said_nothing(text: str) -> None:
    """As a small model does of anything (SmolLM2 135M)."""
    name = "e2" if "e2" in text else "e1"
    answer = f'{{"candidates": [{{"kind": "task", "text": "{text}", "evidence": ["{name}"]}}]}}'
    assert set(await shown(answer, "en")) == {"echo"}
