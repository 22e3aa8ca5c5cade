"""The words of a tip: true, short, kind, and the person's own."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo.contracts.decisions import Candidate, Context, UserView
from oo.contracts.ids import Ref, UserId
from oo.contracts.items import Busy, Facts
from oo.contracts.words import LANGUAGES, translator
from oo.contracts.words.voice import Voice, voice
from oo.engine.candidates import candidates
from oo.engine.composer import CONTENT_LIMIT, WHY_LIMIT, compose, content, why
from oo.engine.tests.strategies import FEWER, NOW, VIEWS
from oo.engine.when import boundary, context, day_of, instant, today, zone_of

GUILT = re.compile(
    r"\b(still|again|overdue|only|left|late|don't forget|remember|please|oops|"
    r"noch|nur|wieder|überfällig|vergiss|bitte|zu spät)\b|!",
    re.IGNORECASE,
)
LANGUAGE = st.sampled_from(sorted(LANGUAGES))
NOON_MEETING = Busy(datetime(2026, 11, 21, 13, 0, tzinfo=UTC), datetime(2026, 11, 21, 14, 0, tzinfo=UTC))


def voice_of(language: str, moment: Context) -> Voice:
    return voice(language, zone_of(moment.zone), today(moment))


def said(
    language: str = "en", busy: tuple[Busy, ...] = (NOON_MEETING,), last_project: str | None = None, **known: object
) -> str:
    moment = context(NOW, "Europe/Berlin", busy=busy, last_project=last_project)
    facts = replace(Facts(Ref("a"), "v"), **known)  # type: ignore[arg-type]
    (candidate,) = candidates(UserView(UserId("u"), moment, (facts,)))
    return why(candidate, moment, voice_of(language, moment))


@pytest.mark.parametrize(
    ("known", "english", "german"),
    [
        (
            {"due": date(2026, 11, 18)},
            "It was due on Wednesday, and you are free until 14:00.",
            "Es war am Mittwoch fällig, und du hast Zeit bis 14:00.",
        ),
        (
            {"due": date(2026, 11, 20)},
            "It was due yesterday, and you are free until 14:00.",
            "Es war gestern fällig, und du hast Zeit bis 14:00.",
        ),
        (
            {"due": datetime(2026, 11, 21, 16, 30), "busy": ()},
            "It is due at 16:30.",
            "Es ist um 16:30 fällig.",
        ),
        (
            {"due": date(2026, 12, 24), "priority": 3, "busy": ()},
            "It is marked important, and it is due on 24 December.",
            "Es ist als wichtig markiert, und es ist am 24. Dezember fällig.",
        ),
        (
            {"started": True, "minutes": 20, "busy": ()},
            "You have begun it, and it takes about 20 minutes.",
            "Du hast damit begonnen, und es dauert etwa 20 Minuten.",
        ),
        (
            {"project": "p", "last_project": "p", "busy": ()},
            "It belongs with what you finished last, and it is open, with no date.",
            "Es gehört zu dem, was du zuletzt erledigt hast, und es ist offen, ohne Datum.",
        ),
        ({"busy": ()}, "It is open, with no date.", "Es ist offen, ohne Datum."),
    ],
)
def test_the_strongest_reason_comes_first_and_a_second_where_there_is_one(
    known: dict[str, object], english: str, german: str
) -> None:
    assert said("en", **known) == english  # type: ignore[arg-type]
    assert said("de", **known) == german  # type: ignore[arg-type]


def test_free_time_is_claimed_only_before_a_meeting_of_today() -> None:
    assert "free" not in said(busy=())
    assert "free" not in said(busy=(replace(NOON_MEETING, all_day=True),))
    tomorrow = Busy(NOON_MEETING.start + timedelta(days=1), NOON_MEETING.end + timedelta(days=1))
    assert "free" not in said(busy=(tomorrow,))


@FEWER
@given(VIEWS, LANGUAGE)
def test_why_is_one_short_sentence_without_guilt(view: UserView, language: str) -> None:
    for candidate in candidates(view):
        line = why(candidate, view.context, voice_of(language, view.context))
        assert 0 < len(line) <= WHY_LIMIT
        assert line[0].isupper()
        assert line.endswith(".")
        assert "{" not in line
        assert not GUILT.search(line)


@FEWER
@given(VIEWS)
def test_why_names_only_what_the_evidence_names(view: UserView) -> None:
    moment = view.context
    spy = Voice(translator("en"), lambda day: f"<{day}>", lambda at: f"<{at.isoformat()}>")
    for candidate in candidates(view):
        line = why(candidate, moment, spy)
        allowed = evidence(candidate, moment)
        assert set(re.findall(r"<(.*?)>", line)) <= allowed
        bare = re.sub(r"<.*?>", "", line).replace(f"about {candidate.facts.minutes} minute", "")
        assert not re.search(r"\d", bare)
        assert ("important" in line) <= (candidate.facts.priority == 3)
        assert ("begun" in line) <= candidate.facts.started
        assert ("regularly" in line) <= (candidate.facts.series is not None)
        assert ("finished last" in line) <= (candidate.facts.project == moment.last_project is not None)
        assert ("no date" in line) <= (candidate.facts.due is None)


def evidence(candidate: Candidate, moment: Context) -> set[str]:
    """The days and instants that the facts and the context hold."""
    zone, ends_at = zone_of(moment.zone), boundary(moment)
    found = {moment.free_until.isoformat()} if moment.free_until else set()
    for when in (candidate.facts.due, candidate.facts.added):
        if isinstance(when, datetime):
            at = instant(when, zone)
            found |= {at.isoformat(), str(day_of(at, zone, ends_at))}
        elif when is not None:
            found.add(str(when))
    return found


@given(st.text(max_size=300), LANGUAGE)
def test_content_is_the_persons_own_words_in_one_line(title: str, language: str) -> None:
    words = content(title, voice_of(language, context(NOW, "UTC")))
    assert 0 < len(words) <= CONTENT_LIMIT
    assert words == " ".join(words.split())
    own = " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]", " ", title).split())
    assert words.removesuffix("…").removesuffix(".") in own or not own


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("Send Lena the signed lease", "Send Lena the signed lease."),
        ("Send Lena the signed lease.", "Send Lena the signed lease."),
        ("Did Lena get the lease?", "Did Lena get the lease?"),
        ("Dentist, Bergmannstraße", "Dentist, Bergmannstraße"),
        ("call grandma about the tyres", "call grandma about the tyres"),
        ("Milk, eggs, bread, butter", "Milk, eggs, bread, butter"),
        ("Read the notes at https://example.org/a", "Read the notes at https://example.org/a"),
        ("  Send\tLena\n the  signed lease ", "Send Lena the signed lease."),
        ("أرسِل عقد الإيجار الموقَّع إلى لينا", "أرسِل عقد الإيجار الموقَّع إلى لينا."),
        ("\x00\x1b", "Something without a name"),
    ],
)
def test_a_title_stays_as_it_is_with_a_full_stop_if_it_is_a_sentence(title: str, shown: str) -> None:
    assert content(title, voice_of("en", context(NOW, "UTC"))) == shown


def test_a_long_title_is_cut_at_a_word_and_a_long_word_between_characters() -> None:
    speak = voice_of("en", context(NOW, "UTC"))
    cut = content("Send Lena the signed lease " * 9, speak)
    assert cut.endswith(("lease…", "Lena…", "the…", "signed…", "Send…"))
    assert len(content("x" * 400, speak)) == CONTENT_LIMIT
    family = "x" * 107 + "👨\u200d👩\u200d👧"
    assert content(family, speak) == "x" * 107 + "…"


def test_content_and_why_come_together() -> None:
    moment = context(NOW, "Europe/Berlin")
    (candidate,) = candidates(UserView(UserId("u"), moment, (Facts(Ref("a"), "v"),)))
    made = compose(candidate, "tyres", moment, voice_of("en", moment))
    assert (made.content, made.why) == ("tyres", "It is open, with no date.")
