"""Rules that hold for every answer: what comes out of the writer has common words and evidence in it, and no more."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oo.contracts.writing import TipCandidate
from oo.engine.composer import CONTENT_LIMIT
from oo.ml.serving.lexicon import LANGUAGES, Lexicon, lexicon
from oo.ml.serving.naming import evidence_words
from oo.ml.serving.tests.briefs import THOUGHTS, TITLES, brief, writer
from oo.testing.llm.answers import Answer
from oo.testing.llm.aside import aside
from oo.testing.llm.plants import KINDS, misplaced
from oo.testing.llm.server import StandIn

NAMED = (*(one.text for one in THOUGHTS), *TITLES)
WORDS = (
    *("{s1.text}", "{s2.text}", "{s3.text}", "{s9.text}", "{s1.title}", "{{s1.text}}", "{e1.title}", "{e2.title}", "{"),
    *(" ", ": ", ". ", ", ", " - ", "“", "”", "?", "\u202e", "\0", "7", "٣", "Bob", "monday", "suffers", "because"),
    *("Open ", "Put ", "Send ", "Nimm ", "Leg ", "the ", "window ", "das ", "Fenster ", "and ", "und ", "lease "),
    *("Good to know: ", "Gut zu wissen: ", "Danger ahead ", "nothing "),
)
TEXTS = st.lists(st.one_of(st.sampled_from(WORDS), st.text(max_size=6)), min_size=1, max_size=8).map("".join)
GOOD = (
    "{s1.text}",
    "{s1.text} {s3.text}",
    "Open the window",
    "Open the window: {s1.text}",
    "Öffne das Fenster: {s1.text}",
)
ANSWERS = st.lists(
    st.fixed_dictionaries(
        {
            "kind": st.sampled_from((*KINDS, "reminder")),
            "text": st.one_of(st.sampled_from(GOOD), TEXTS),
            "evidence": st.lists(st.sampled_from(("s1", "s2", "s3", "e1", "e2", "s9")), min_size=1, max_size=3),
            "why": TEXTS,
            "confidence": st.just(0.5),
        }
    ),
    min_size=1,
    max_size=5,
)


@pytest.fixture(scope="module")
def model() -> Iterator[StandIn]:
    with aside() as there:
        yield there


def shown(model: StandIn, answer: object, language: str) -> list[TipCandidate]:
    """What is shown of an answer in the model's own words."""
    model.says = lambda _: Answer(json.dumps({"candidates": answer}))
    told = brief(language=language, thoughts=THOUGHTS, count=5)
    found = asyncio.run(writer(model.url).generate(told, 60))
    return [one for one in found.candidates if one.source == "orchestrator"]


def own(text: str, evidence: Iterable[str]) -> str:
    """What of a text is none of its evidence."""
    for said in evidence:
        text = text.replace(said.rstrip("."), " ")
    return text


def is_covered(rest: str, words: Lexicon, titles: list[str]) -> bool:
    allowed = words.common | evidence_words(titles)
    plain = re.sub(r"['’]\w+", "", rest)
    return not re.search(r"[\d{}<>@/\\#]", plain) and all(word.lower() in allowed for word in re.findall(r"\w+", plain))


@pytest.mark.parametrize("language", LANGUAGES)
@given(answer=ANSWERS)
@settings(max_examples=30)
def test_whatever_a_model_answers_a_tip_is_common_words_and_its_evidence(
    model: StandIn, language: str, answer: list[dict[str, object]]
) -> None:
    words = lexicon(language)
    assert words is not None
    refs = {one.ref: one.text for one in THOUGHTS} | {f"c1:{n}": title for n, title in enumerate(TITLES, start=1)}
    for one in shown(model, answer, language):
        known = {ref: refs[ref] for ref in one.evidence}
        rest, titles = own(one.content, known.values()), [known[ref] for ref in known if ref.startswith("c1:")]
        assert is_covered(rest, words, titles) and is_covered(own(one.rationale, known.values()), words, titles)
        assert len(one.content) <= CONTENT_LIMIT and not misplaced(one.kind, one.evidence)
        if one.kind == "advice":
            assert one.content.split()[0].lower().rstrip(":.,") in words.advised
        if one.kind == "insight":
            assert "agent:time_of_day" not in one.evidence  # which may not be shown by itself
            parts = [part.strip(" .:").lower() for part in re.split(r" {2,}|[.:]", rest)]
            assert all(not part or part in words.openings for part in parts)


@pytest.mark.parametrize("language", LANGUAGES)
@given(text=TEXTS, evidence=st.lists(st.sampled_from(("s1", "s3")), min_size=1, max_size=2, unique=True))
@settings(max_examples=30)
def test_no_insight_says_anything_but_what_an_agent_said(
    model: StandIn, language: str, text: str, evidence: list[str]
) -> None:
    draft = {"kind": "insight", "text": "{s1.text} " + text, "evidence": ["s1", *evidence], "why": "", "confidence": 1}
    words = lexicon(language)
    assert words is not None
    for one in shown(model, [draft], language):
        rest = own(one.content, NAMED)
        assert THOUGHTS[0].text in one.content and not re.search(r"\d", rest)
        assert rest.strip(" .:").lower() in ("", *words.openings)
