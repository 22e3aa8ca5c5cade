"""A tip in words without any model: the person's own words, and one true line of why.

The line says only what the candidate's facts and the context say, in the clauses of a catalogue; it never counts what
is left or says how late something is, and is left short rather than filled up.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from oo.contracts.agents import Snippet
from oo.contracts.decisions import Candidate, Context
from oo.contracts.items import When
from oo.contracts.thoughts import Thought
from oo.contracts.words.voice import Voice
from oo.engine.candidates import MARKED_IMPORTANT
from oo.engine.when import boundary, day_of, instant, today, zone_of

CONTENT_LIMIT, WHY_LIMIT = 110, 90
RECENT_DAYS = 6
_SENTENCE_WORDS = 4
_DUE_TOPICS = frozenset({"overdue", "today", "soon"})


@dataclass(frozen=True, slots=True)
class Composed:
    """What the tip says, at most 110 characters, and why, at most 90."""

    content: str
    why: str


def compose(
    candidate: Candidate, title: str, context: Context, voice: Voice, snippets: Sequence[Snippet] = ()
) -> Composed:
    """The words of a tip, from its candidate, the person's own title, the moment and what agents know of it."""
    return Composed(content(title, voice), why(candidate, context, voice, snippets))


def tell(thought: Thought, agent: str, voice: Voice, said: str | None = None) -> Composed:
    """The words of a tip about no task: what was `said` of the thought, else the agent's own; `agent` is its name.

    What advice rests on is its why. Where the text states that itself, the why says where it comes from.
    """
    text = said or thought.text
    seen = voice.t("{agent} saw it in what you let oO read.", agent=agent)
    why = seen if thought.text.rstrip(".") in text else thought.text
    return Composed(text, why if len(why) <= WHY_LIMIT else voice.t("It is in what you let oO read."))


def content(title: str, voice: Voice) -> str:
    """The title as it is, in one line, cut at a word with "…"; a full stop when it reads as a sentence."""
    words = " ".join("".join(c if unicodedata.category(c) not in ("Cc", "Cs") else " " for c in title).split())
    if not words:
        return voice.t("Something without a name")
    if len(words) > CONTENT_LIMIT:
        return _cut(words)
    if len(words) < CONTENT_LIMIT and _is_sentence(words):
        return words + "."
    return words


def why(candidate: Candidate, context: Context, voice: Voice, snippets: Sequence[Snippet] = ()) -> str:
    """One true sentence: the strongest clause that the facts support, and a second one where it fits."""
    t = voice.t
    first, *others = _clauses(candidate, context, voice, snippets)
    for second in others:
        line = _sentence(t("{first}, and {second}.", first=first, second=second))
        if len(line) <= WHY_LIMIT:
            return line
    return _sentence(t("{first}.", first=first))


def _clauses(candidate: Candidate, context: Context, voice: Voice, snippets: Sequence[Snippet]) -> Iterator[str]:
    """What may be said, strongest first.

    What agents know of this very task comes second, then the free time, for it makes any of them better.
    """
    t, facts = voice.t, candidate.facts
    reasons = list(_reasons(candidate, context, voice))
    yield reasons[0]
    yield from (one.why for one in snippets if one.why and one.evidence[:1] == (candidate.facts.ref,))
    if context.meeting_until is None and context.free_until is not None:
        yield t("you are free until {time}", time=voice.clock(context.free_until))
    if facts.minutes:
        yield t.plural("it takes about {count} minute", "it takes about {count} minutes", facts.minutes)
    yield from reasons[1:]
    yield from (one.why for one in snippets if one.why and not one.evidence)


def _reasons(candidate: Candidate, context: Context, voice: Voice) -> Iterator[str]:
    t, facts = voice.t, candidate.facts
    if facts.due is not None and candidate.topic in _DUE_TOPICS:
        yield _due(facts.due, context, voice)
    if facts.started:
        yield t("you have begun it")
    if facts.priority >= MARKED_IMPORTANT:
        yield t("it is marked important")
    if facts.project is not None and facts.project == context.last_project:
        yield t("it belongs with what you finished last")
    if facts.due is not None and candidate.topic not in _DUE_TOPICS:
        yield _due(facts.due, context, voice)
    if facts.added is not None and 0 <= (today(context) - _day(facts.added, context)).days <= RECENT_DAYS:
        yield t("it was added {day}", day=voice.on_day(_day(facts.added, context)))
    if facts.series is not None:
        yield t("it comes round regularly")
    if facts.due is None:
        yield t("it is open, with no date")


def _due(due: When, context: Context, voice: Voice) -> str:
    t, day, now_day = voice.t, _day(due, context), today(context)
    if isinstance(due, datetime) and day == now_day:
        at = instant(due, zone_of(context.zone))
        if at < context.now:
            return t("it was due at {time}", time=voice.clock(at))
        return t("it is due at {time}", time=voice.clock(at))
    if day < now_day:
        return t("it was due {day}", day=voice.on_day(day))
    return t("it is due {day}", day=voice.on_day(day))


def _day(when: When, context: Context) -> date:
    """The person's day that it falls on."""
    if not isinstance(when, datetime):
        return when
    zone = zone_of(context.zone)
    return day_of(instant(when, zone), zone, boundary(context))


def _sentence(line: str) -> str:
    """With a capital at its start."""
    return line[:1].upper() + line[1:]


def _cut(words: str) -> str:
    """At most the limit, ended by "…" at a word; a word that is too long itself is cut between whole characters."""
    head = words[: CONTENT_LIMIT - 1]
    if words[CONTENT_LIMIT - 1] != " " and " " in head:
        head = head[: head.rindex(" ")]
    else:
        while len(head) > 1 and (unicodedata.combining(words[len(head)]) or "\u200d" in (words[len(head)], head[-1])):
            head = head[:-1]
    return head.rstrip(" ,;:–-") + "…"


def _is_sentence(words: str) -> bool:
    """Several words, a capital (or a script without capitals) at the start, a plain word at the end, and not a list."""
    parts = words.split(" ")
    last = parts[-1]
    plain_end = last[-1].isalpha() or last[-1].isdigit()
    address = any(sign in last for sign in "/@:=#+")
    return (
        len(parts) >= _SENTENCE_WORDS
        and words[0].isalpha()
        and not words[0].islower()
        and plain_end
        and not address
        and words.count(",") * 2 < len(parts)
        and words[:-1].count(". ") == 0
    )
