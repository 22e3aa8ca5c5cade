"""Rules that hold for every text: what passes has nothing in it but placeholders, common words and plain signs."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo.contracts.words.voice import voice
from oo.engine.when import today, zone_of
from oo.ml.serving.inventions import invented
from oo.ml.serving.lexicon import LANGUAGES, Lexicon, lexicon
from oo.ml.serving.naming import PLACE, Names, due_words, evidence_words, filled, names
from oo.ml.serving.tests.briefs import NOW, TITLES, brief

SHORT = st.text(max_size=12)
PIECES = st.sampled_from(
    [
        *("{e1.title}", "{e2.title}", "{e1.due}", "{e3.title}", "{e1.x}", "{", "}", "e1.title", "\u202e", "\u00ad"),
        *(
            " ",
            ": ",
            ", ",
            ".",
            "Open",
            "the",
            "list",
            "Nimm",
            "das",
            "Papier",
            "Bob",
            "7",
            "Ⅳ",
            "monday",
            "lease",
            "Lena",
        ),
    ]
)
TEXTS = st.lists(st.one_of(PIECES, SHORT), max_size=12).map("".join)


def known(language: str) -> tuple[Names, Lexicon]:
    told = brief(language=language)
    words = lexicon(language)
    assert words is not None
    return names(told.things, told.context, language, _voice(language)), words


def _voice(language: str):  # type: ignore[no-untyped-def]
    told = brief()
    return voice(language, zone_of(told.context.zone), today(told.context))


@pytest.mark.parametrize("language", LANGUAGES)
@given(text=TEXTS)
def test_what_passes_names_its_task_and_has_common_words_alone(language: str, text: str) -> None:
    called, words = known(language)
    if invented(text, ["e1"], called, words):
        return
    places = {place[0] for place in PLACE.finditer(text)}
    assert "{e1.title}" in places <= {"{e1.title}", "{e1.due}"}
    rest = PLACE.sub(" ", text)
    allowed = words.common | evidence_words(TITLES[:1])
    assert all(word.lower() in allowed for word in re.findall(r"[^\W\d_]+", rest.replace("’", "'").replace("'", "")))
    assert not re.search(r"[\d{}@/<>\\#]", rest) and rest.isprintable()
    assert TITLES[0] in filled(text, called) and "{" not in filled(text, called)


@pytest.mark.parametrize("language", LANGUAGES)
@given(text=SHORT, title=st.text(max_size=40))
def test_a_title_is_shown_whatever_it_holds_and_never_read_again(language: str, text: str, title: str) -> None:
    told = brief([title or "x", "Somebody's secret"], language=language)
    called = names(told.things, told.context, language, _voice(language))
    assert "secret" not in filled("{e1.title}", called) or "secret" in title


@given(days=st.integers(-400, 400), hours=st.integers(0, 23))
def test_what_is_past_has_no_due_so_that_no_tip_blames(days: int, hours: int) -> None:
    context, tongue = brief().context, _voice("en")
    day = date(2026, 11, 18) + timedelta(days=days)
    assert (due_words(day, context, tongue) is None) is (days < 0)
    at = NOW + timedelta(days=days, hours=hours - 9)
    said = due_words(at, context, tongue)
    assert said is not None if at >= NOW else said is None or today(context) == datetime.date(at)


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_of_other_things_are_not_one_s_own(language: str) -> None:
    called, words = known(language)
    assert invented("Open the plumber: {e1.title}", ["e1"], called, words)
    assert not invented("Open the lease: {e1.title}", ["e1"], known("en")[0], known("en")[1])
