"""What of a model's text no evidence covers: outside of placeholders there are common words alone, and no statement.

So what it says can be wrong in style, never in fact.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import pairwise

from oo.contracts.decisions import Kind
from oo.ml.serving.kinds import misfit
from oo.ml.serving.lexicon import LANGUAGES, Lexicon, lexicon
from oo.ml.serving.naming import PLACE, Fault, Names, evidence_words, outside, own_words, words_of

_NAMED_BY = {"task": "title", "insight": "text"}
"""The placeholder of its first evidence that a kind can't do without."""
_JOINED = re.compile(r"[.,;:?](?=[^\s.”“’‘)])")
"""A sign in the middle of a word, as addresses have it."""
_SIGNS = frozenset(" .,;:?'’“”„‘–—-()")
_HELD = "\0"
"""Stands for a placeholder."""
_SENTENCE = re.compile(r"\.?(?:\s*$|\s+(?=\{s|[A-ZÄÖÜ]))")
"""What may follow a whole sentence."""
_BREAK = re.compile(r"[.,;:?()–—]|\s-\s")
"""What parts one clause from another."""
_ONE_CLAUSE = re.compile(
    rf"(?:[^\W\d_]|['’ {_HELD}]|(?<=\w)-(?=\w)|[.:](?=\s*{_HELD})|[“„‘](?={_HELD})|(?<={_HELD})[”“’]|\.$)*"
)


def invented(text: str, named: Sequence[str], known: Names, words: Lexicon, kind: Kind = "task") -> list[Fault]:
    """Everything in a template that evidence doesn't cover; nothing is good.

    `named` are the things and thoughts that it is about; a task has to name the first, an insight to state it.
    """
    faults = list(_places(text, named, known, kind))
    raw = outside(text)
    rest = unicodedata.normalize("NFKC", raw)
    if "{" in rest or "}" in rest:
        faults.append(Fault("placeholder", "Placeholders look like {e1.title}; no other braces."))
    if any(unicodedata.category(sign).startswith("N") for sign in raw + rest):
        faults.append(Fault("digits", "No digits outside placeholders."))
    strange = sorted({sign for sign in rest if not sign.isalpha() and sign not in _SIGNS and not sign.isnumeric()})
    if [sign for sign in strange if sign not in "{}"] or _JOINED.search(rest):
        faults.append(Fault("signs", "Letters and plain punctuation only: no symbols, lists or line breaks."))
    titles = [known.values[one]["title"] for one in named if one in known.things]
    allowed = words.common | evidence_words(titles)
    wrong = [word for word in words_of(rest) if not _is_plain(word, allowed, words)]
    if _is_foreign(wrong, own_words(text), words):
        faults.append(Fault("language", "Write in the language that was asked for."))
    elif wrong:
        listed = ", ".join(dict.fromkeys(wrong[:5]))
        faults.append(Fault("word", f"These words are not common, or claim something: {listed}. Use others."))
    elif words.language == "en" and (capitals := [word for word in _inside(text) if word != word.lower()]):
        faults.append(Fault("word", f"No names and no capitals inside a sentence: {', '.join(capitals[:5])}."))
    if kind == "insight" and not _is_opened(text, words):
        faults.append(Fault("claim", "An insight is {s1.text} alone, without a word of your own."))
    return faults


def stated(text: str, words: Lexicon, kind: Kind = "task") -> Fault | None:
    """The fault of a template that tells how things are, where it should say what to do: nobody could check that."""
    own = own_words(text)
    if told := sorted(set(own) & words.claims):
        return Fault("claim", f"Say what to do, not how things are: without {', '.join(told[:5])}.")
    if kind != "insight" and (told := sorted(set(own) & words.reasons)):
        return Fault("claim", f"Say what to do and no reason: without {', '.join(told)}.")
    if kind == "advice" and not _is_one_clause(text, own, words):
        return Fault("claim", "Advice is one act in one clause: no comma, nothing behind a colon but a placeholder.")
    if kind == "task" and _has_asides(text, words):
        return Fault("claim", "What stands after a comma, a dash or a stop begins with an act, too.")
    return None


def _places(text: str, named: Sequence[str], known: Names, kind: Kind) -> Iterator[Fault]:
    unknown = sorted({one for one in named if one not in known.values})
    if unknown or not named:
        there = ", ".join(known.values)
        yield Fault("evidence", f"Evidence is one or more of: {there}.")
        return
    if (fault := misfit(kind, named, known)) is not None:
        yield fault
    used = [(place[1], place[2]) for place in PLACE.finditer(text)]
    for name, part in used:
        if name not in named or part not in known.values.get(name, {}):
            yield Fault("placeholder", f"{{{name}.{part}}} is not there, or not in the candidate's evidence.")
    needed = _NAMED_BY.get(kind)
    if needed is not None and (named[0], needed) not in used:
        yield Fault("unnamed", f"Name what it is about: {{{named[0]}.{needed}}}.")
    if len(used) != len(set(used)):
        yield Fault("placeholder", "Each placeholder once.")
    if not all(_stands_alone(text, place) for place in PLACE.finditer(text) if place[2] == "text"):
        yield Fault("placeholder", "{s1.text} is a whole sentence: at the start, or after a full stop or a colon.")


def _stands_alone(text: str, place: re.Match[str]) -> bool:
    before = text[: place.start()].rstrip()
    follows = not before or before[-1] in ".:" or PLACE.sub(_held, before).endswith(_HELD)
    return follows and _SENTENCE.match(text, place.end()) is not None


def _held(place: re.Match[str]) -> str:
    """What stands for a placeholder where only sentences count: itself for a thought, nothing for others."""
    return _HELD if place[2] == "text" else "x"


def _is_opened(text: str, words: Lexicon) -> bool:
    """Whether beside placeholders there is nothing but openings that state nothing."""
    parts = outside(text, _HELD).split(_HELD)
    return all(not part or part in words.openings for part in (one.strip(" .:").lower() for one in parts))


def _is_one_clause(text: str, own: Sequence[str], words: Lexicon) -> bool:
    """Whether nothing is said beside one act, or two that are joined."""
    skeleton = outside(text, _HELD).strip()
    joined = all(after in words.advised for word, after in pairwise([*own, ""]) if word in words.ands)
    ended = re.search(rf"{_HELD}\W*\w", PLACE.sub(_held, text)) is None
    return _ONE_CLAUSE.fullmatch(skeleton) is not None and joined and ended and not set(own) & words.joins


def _has_asides(text: str, words: Lexicon) -> bool:
    """Whether words of its own stand beside the first clause that don't ask for an act."""
    skipped = words.ands | words.thens
    for part in _BREAK.split(outside(text, _HELD))[1:]:
        own = [word for word in own_words(part) if word not in skipped]
        if own and own[0] not in words.acts:
            return True
    return False


def _is_plain(word: str, allowed: frozenset[str], words: Lexicon) -> bool:
    lower = word.lower().replace("’", "'")
    stem = lower.partition("'")[0]
    return lower in allowed and words.never.isdisjoint((lower, stem)) and (stem == lower or lower in words.common)


def _is_foreign(wrong: Sequence[str], own: Sequence[str], words: Lexicon) -> bool:
    """Whether most of the words are another language's."""
    others = [one for language in LANGUAGES if language != words.language and (one := lexicon(language)) is not None]
    theirs = [word for word in wrong if any(word.lower() in other.common for other in others)]
    return bool(theirs) and len(theirs) * 2 >= len(own)


def _inside(text: str) -> Iterator[str]:
    """Words of its own that don't begin a sentence; a placeholder may begin one."""
    for sentence in re.split(r"[.?]", PLACE.sub(lambda place: "x." if place[2] == "text" else "x", text)):
        yield from (word for word in words_of(sentence)[1:] if word != "I")
