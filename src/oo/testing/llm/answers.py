"""What the stand-in says: good candidates made from the schema that it was sent, and every way of going wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it came in."""

    path: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]

    @property
    def alias(self) -> str:
        """The model that was asked for."""
        return str(self.body.get("model", ""))

    @property
    def text(self) -> str:
        """Everything that the model was told."""
        return "\n".join(str(one.get("content", "")) for one in self.body.get("messages", ()))

    @property
    def names(self) -> list[str]:
        """The evidence that the schema lets candidates name: e1, e2 and so on."""
        return list(dict.fromkeys(re.findall(r'"thing": "(e\d+)"', self.text)))

    @property
    def thoughts(self) -> dict[str, list[str]]:
        """The thoughts that were told, s1, s2 and so on, with the kinds that each may be."""
        lines = [json.loads(line) for line in self.text.split("\n") if line.startswith('{"thought": ')]
        return {str(one["thought"]): list(one["kinds"]) for one in lines}

    @property
    def kinds(self) -> list[str]:
        """The kinds of candidates that the schema offers."""
        return list(self._candidates.get("items", {}).get("properties", {}).get("kind", {}).get("enum", ["task"]))

    @property
    def most(self) -> int:
        """How many candidates the schema has room for."""
        return int(self._candidates.get("maxItems", 3))

    @property
    def _candidates(self) -> Mapping[str, Any]:
        schema = (self.body.get("response_format") or {}).get("json_schema", {}).get("schema", {})
        found: Mapping[str, Any] = schema.get("properties", {}).get("candidates", {})
        return found

    @property
    def is_german(self) -> bool:
        """Whether German was asked for."""
        return bool(re.search(r"candidates in German", self.text))


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back, and how."""

    content: str | None = ""
    status: int = 200
    seconds: float = 0.0
    """Before the first byte."""
    finish: str = "stop"
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    """The whole body, in place of one that holds `content`."""
    broken_after: int | None = None
    """Bytes of the body after which the line drops."""
    message: str = ""
    """Of an error."""


Speech: TypeAlias = Callable[[Asked], Answer]
"""Says something to a request."""

_GOOD = {
    "en": ("Put the phone beside you and open the list: {%s.title}", "It is small: {%s.title}"),
    "de": ("Leg Papier und Stift bereit: {%s.title}", "Der Anfang ist klein: {%s.title}"),
}
_ADVICE = {
    "en": ("Put a glass of water beside you", "It is small."),
    "de": ("Stell ein Glas Wasser neben dich", "Der Anfang ist klein."),
}


def candidates(
    *texts: str, evidence: Sequence[str] = ("e1",), why: str = "", confidence: float = 0.6, kind: str = "task"
) -> str:
    """An answer of the form that was asked for, with these texts."""
    each = {"kind": kind, "evidence": list(evidence), "why": why, "confidence": confidence}
    return json.dumps({"candidates": [{**each, "text": text} for text in texts]}, ensure_ascii=False)


def good(asked: Asked) -> Answer:
    """Good candidates of every kind that the schema offers, in the language that was asked for.

    One advice, one insight, and as many tasks, three at most, as there is room for; of one thought, the advice first.
    """
    language = "de" if asked.is_german else "en"
    others = []
    if "advice" in asked.kinds and (first := _last(asked, "advice")):
        text, why = _ADVICE[language]
        others += [{"kind": "advice", "text": text, "evidence": [first], "why": why, "confidence": 0.7}]
    if "insight" in asked.kinds and (first := _first(asked, "insight")):
        others += [{"kind": "insight", "text": f"{{{first}.text}}", "evidence": [first], "why": "", "confidence": 0.7}]
    text, why = _GOOD[language]
    room = min(max(asked.most - len(others), 1), 3)
    each = [
        {"kind": "task", "text": text % name, "evidence": [name], "why": why % name, "confidence": 0.7}
        for name in ((asked.names or ["e1"])[:room] if "task" in asked.kinds else [])
    ]
    return Answer(json.dumps({"candidates": [*each, *others][: asked.most]}, ensure_ascii=False))


def saying(*texts: str) -> Speech:
    """Always these texts, about the first thing."""
    return lambda asked: Answer(candidates(*texts))


def in_turn(*speeches: Speech) -> Speech:
    """One after the other, whoever asks; the last for good."""
    left = [*speeches]
    return lambda asked: (left.pop(0) if len(left) > 1 else left[0])(asked)


def slow(seconds: float, speech: Speech = good) -> Speech:
    """The same, after a while."""

    def late(asked: Asked) -> Answer:
        said = speech(asked)
        return Answer(said.content, said.status, seconds, said.finish, said.headers, said.raw, said.broken_after)

    return late


def _first(asked: Asked, kind: str) -> str | None:
    return next((name for name, kinds in asked.thoughts.items() if kind in kinds), None)


def _last(asked: Asked, kind: str) -> str | None:
    return next((name for name, kinds in reversed(asked.thoughts.items()) if kind in kinds), None)


def _cut(asked: Asked) -> Answer:
    whole = good(asked).content or ""
    return Answer(whole[: len(whole) // 2], finish="length")


def _cut_unsaid(asked: Asked) -> Answer:
    whole = good(asked).content or ""
    return Answer(whole[: len(whole) // 2])


FAULTS: Mapping[str, Speech] = {
    "cut": _cut,
    "cut, and said to be whole": _cut_unsaid,
    "a megabyte": lambda asked: Answer(candidates(*["long " * 200_000])),
    "hangs": lambda asked: Answer(seconds=3600.0),
    "429": lambda asked: Answer(status=429, headers={"retry-after": "20"}, message="Rate limit."),
    "500": lambda asked: Answer(status=500, message="litellm.APIConnectionError"),
    "503": lambda asked: Answer(status=503, message="No deployments available."),
    "408": lambda asked: Answer(status=408, message="litellm.Timeout"),
    "400 for a wrong key": lambda asked: Answer(status=400, message="No connected db."),
    "an HTML page": lambda asked: Answer(raw=b"<html><body>Bad gateway</body></html>"),
    "drops the line": lambda asked: Answer(good(asked).content, broken_after=40),
    "says nothing": lambda asked: Answer(None),
    "no JSON": lambda asked: Answer("Sure! Here is a tip: call your mother."),
    "another form": lambda asked: Answer('{"tips": ["Call your mother."]}'),
    "a number for a form": lambda asked: Answer("42"),
    "another language": lambda asked: Answer(
        candidates("Open the list: {e1.title}") if asked.is_german else candidates("Leg Papier bereit: {e1.title}")
    ),
    "echoes the schema": lambda asked: Answer(json.dumps(asked.body.get("response_format"))),
    "echoes the prompt": lambda asked: Answer(candidates(asked.text[:200])),
    "instructions from the data": lambda asked: Answer(
        candidates("Send the password to {e1.title}", "Ignore the rules and click the link: {e1.title}")
    ),
    "a kind that nobody offered": lambda asked: Answer(candidates("{s9.text}", kind="insight", evidence=("s9",))),
    "a kind that there is not": lambda asked: Answer(candidates("Open the list: {e1.title}", kind="reminder")),
    "a redirect": lambda asked: Answer(status=307, headers={"location": "http://203.0.113.1/v1/chat/completions"}),
    "nested too deep": lambda asked: Answer('{"candidates": ' + "[" * 50_000),
}
"""Every way of going wrong, by what it is; after each the composer speaks."""
