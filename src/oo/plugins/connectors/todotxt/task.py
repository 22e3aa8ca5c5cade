"""One line of todo.txt as a task: state, dates, priority, words (github.com/todotxt/todo.txt)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

from oo.contracts.items import When
from oo.plugins.connectors.todotxt.recurrence import Repeat, repeat

_LINE = re.compile(
    r"(?:(?P<done>x)[ \t]+(?:(?P<finished>\d{4}-\d\d-\d\d)(?:[ \t]+|$))?|(?:\((?P<letter>[A-Z])\)[ \t]+)?)"
    r"(?:(?P<created>\d{4}-\d\d-\d\d)(?:[ \t]+|$))?(?P<text>.*)",
    re.DOTALL,
)
_PAIR = re.compile(r"([A-Za-z][\w-]*):(?!//)(\S+)")
_TAG = re.compile(r"[+@](?=\S*[^\W\d_])\S+")
_LETTER = re.compile(r"\([A-Z]\)")
_URL = re.compile(r"(?:https?|ftp)://(?:[^\s/@]*@)?([^\s/?#]+)\S*", re.IGNORECASE)
_LONGEST_URL = 60
_LONGEST_TITLE = 500
# Control characters would reach terminals; bidirectional overrides would make a title read as something else.
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]+")
_KNOWN = frozenset({"due", "t", "rec", "pri", "h", "id", "p", "started"})
# These change while the task stays the same one.
_CHANGING = frozenset({"due", "t", "pri", "h", "started"})
_PRIORITIES = {"A": 3, "B": 2, "C": 1}
_WAITING = frozenset({"waiting", "waiting-for", "waitingfor"})


@dataclass(frozen=True, slots=True)
class Task:
    """What one line says."""

    done: bool
    title: str
    identity: str
    """The words that make it this task, normalised: all but priority, dates and what else changes on the way."""
    letter: str | None = None
    created: date | None = None
    finished: date | None = None
    due: When | None = None
    start: When | None = None
    repeat: Repeat | None = None
    project: str | None = None
    labels: int = 0
    started: bool = False
    hidden: bool = False
    waiting: bool = False
    faults: tuple[str, ...] = ()
    """What in the line could not be read and was left out."""

    @property
    def priority(self) -> int:
        """(A) is high, (B) medium, (C) low; every other letter sorts a list and says nothing of importance."""
        return _PRIORITIES.get(self.letter or "", 0)


def parse(text: str) -> Task | None:
    """Read a line without its end; None when nothing but marks and dates is in it. Nothing raises."""
    match = _LINE.match(text)
    if match is None or not match["text"].strip():
        return None
    words = re.split(r"[ \t]+", match["text"].strip(" \t"))
    # Editors cut the space behind a mark that nothing follows.
    if text.strip() == "x" or all(_is_mark(word) for word in words[_LETTER.fullmatch(words[0]) is not None :]):
        return None
    faults: list[str] = []
    pairs: dict[str, str] = {}
    for word in words:
        if (pair := _PAIR.fullmatch(word)) is not None:
            pairs.setdefault(pair[1].lower(), pair[2])
    tags = [word for word in words if _TAG.fullmatch(word)]
    contexts = [word[1:].lower() for word in tags if word[0] == "@"]
    projects = [word[1:] for word in tags if word[0] == "+"]
    title = _title(words) or _clean(match["text"])
    if not title:
        return None
    pri = pairs.get("pri", "").upper()
    return Task(
        done=match["done"] is not None,
        title=title,
        identity=_identity(words),
        letter=match["letter"] or (pri if re.fullmatch("[A-Z]", pri) else None),
        created=_day(match["created"], "creation date", faults),
        finished=_day(match["finished"], "completion date", faults),
        due=_when(pairs.get("due"), "due date", faults),
        start=_when(pairs.get("t"), "start date", faults),
        repeat=_repeat(pairs.get("rec"), faults),
        project=_tag_words(projects[0]) if projects else None,
        labels=len(contexts) + len(projects[1:]) + ("p" in pairs),
        started="started" in pairs,
        hidden=pairs.get("h") == "1",
        waiting=not _WAITING.isdisjoint(contexts),
        faults=tuple(faults),
    )


def _title(words: list[str]) -> str:
    """The words a person would say: marks at the end and known pairs go, marks within lose their sign."""
    kept = [word for word in words if not _known(word)]
    while kept and (_TAG.fullmatch(kept[-1]) or _PAIR.fullmatch(kept[-1])):
        kept.pop()
    if not any(re.search(r"\w", word) for word in kept):
        kept = [word for word in words if _TAG.fullmatch(word)]
    return _clean(" ".join(_tag_words(word[1:]) if _TAG.fullmatch(word) else word for word in kept))


def _clean(text: str) -> str:
    shorter = _URL.sub(lambda url: url[0] if len(url[0]) <= _LONGEST_URL else f"{url[1]}/…", text)
    plain = " ".join(_UNPRINTABLE.sub(" ", shorter).split())
    return plain if len(plain) <= _LONGEST_TITLE else plain[: _LONGEST_TITLE - 1] + "…"


def _identity(words: list[str]) -> str:
    return " ".join(word.casefold() for word in words if not _known(word, _CHANGING))


def _known(word: str, keys: frozenset[str] = _KNOWN) -> bool:
    pair = _PAIR.fullmatch(word)
    return pair is not None and pair[1].lower() in keys


def _is_mark(word: str) -> bool:
    return _known(word) or _TAG.fullmatch(word) is not None


def _tag_words(tag: str) -> str:
    return _clean(tag.replace("_", " ")) or tag


def _day(text: str | None, what: str, faults: list[str]) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        faults.append(f"The {what} is no date; it is left out.")
        return None


def _when(text: str | None, what: str, faults: list[str]) -> When | None:
    """A day, or a floating time as some apps write it (`due:2026-11-22T17:00`)."""
    if text is not None and len(text) > 10 and re.fullmatch(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d(:\d\d)?", text):
        try:
            return datetime.fromisoformat(text.upper())
        except ValueError:
            pass
    if text is not None and not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        faults.append(f"The {what} is no date; it is left out.")
        return None
    return _day(text, what, faults)


def _repeat(text: str | None, faults: list[str]) -> Repeat | None:
    found = repeat(text) if text is not None else None
    if text is not None and found is None:
        faults.append("The recurrence is not understood; the task is read as one that happens once.")
    return found
