"""What a model is told: the brief as fenced data, and the form its answer has to have.

Everything a person or a source wrote is data: a line of JSON each, between marks that it can't contain.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from oo.contracts.agents import Snippet
from oo.contracts.words import LANGUAGES
from oo.contracts.writing import Brief
from oo.ml.serving.kinds import kinds_of, offered
from oo.ml.serving.llm import Message
from oo.ml.serving.naming import PLACE, Names, one_line
from oo.ml.serving.prompts import Prompt

ENGLISH = {"en": "English", "de": "German"}
SAID = 5
"""How many of the last tips are told, so that they aren't said again."""
_LONGEST = 200


def messages(prompt: Prompt, brief: Brief, known: Names) -> list[Message]:
    """The turns of the first asking."""
    data = "\n".join(json.dumps(line, ensure_ascii=False) for line in _lines(brief, known))
    # A mark made from the data can't stand in the data: nobody knows it beforehand.
    fence = f"~~~{hashlib.blake2b(data.encode(), digest_size=6).hexdigest()}~~~"
    language = ENGLISH.get(brief.language, LANGUAGES.get(brief.language, "English"))
    values = {"fence": fence, "data": data, "count": str(brief.count), "language": language}
    system, user = prompt.filled(values, {language, *(["thoughts"] if known.thoughts else [])})
    return [Message("system", system), Message("user", user)]


def mending(said: str, faults: str) -> list[Message]:
    """The turns that ask for better, after an answer that can't be used."""
    asked = f"That can't be shown. {faults} Answer once more, with JSON alone."
    return [Message("assistant", said[:4000]), Message("user", asked)]


def form(known: Names, count: int) -> dict[str, Any]:
    """The JSON schema of an answer, strict: every property is required and none may be added."""
    text = {"type": "string", "maxLength": 300}
    candidate = {
        "type": "object",
        "additionalProperties": False,
        "required": ["kind", "text", "evidence", "why", "confidence"],
        "properties": {
            "kind": {"type": "string", "enum": offered(known)},
            "text": text,
            "evidence": {"type": "array", "items": {"type": "string", "enum": list(known.values)}, "minItems": 1},
            "why": text,
            "confidence": {"type": "number", "minimum": 0, "maximum": 1},
        },
    }
    several = {"type": "array", "items": candidate, "minItems": 1, "maxItems": count}
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["candidates"],
        "properties": {"candidates": several},
    }


def _lines(brief: Brief, known: Names) -> Iterator[Mapping[str, object]]:
    context = brief.context
    moment: dict[str, object] = {"hour": int(context.hour), "weekday": context.weekday}
    if context.free_until is not None:
        moment["free_minutes"] = int((context.free_until - context.now).total_seconds() // 60)
    if brief.contexts:
        moment["contexts"] = sorted(brief.contexts)
    if brief.preferences:
        moment["preferences"] = {name: value[:_LONGEST] for name, value in sorted(brief.preferences.items())}
    yield {"now": moment}
    for name, thing in known.things.items():
        values = known.values[name]
        told: dict[str, object] = {"thing": name, **{part: text[:_LONGEST] for part, text in values.items()}}
        told["sort"] = thing.topic
        if thing.facts.started:
            told["begun"] = True
        if thing.facts.minutes:
            told["minutes"] = thing.facts.minutes
        yield told
    for name, thought in known.thoughts.items():
        yield {"thought": name, "text": known.values[name]["text"][:_LONGEST], "kinds": list(kinds_of(thought))}
    thoughts = {thought.text for thought in brief.thoughts}
    for snippet in brief.snippets:
        if not snippet.evidence and snippet.text in thoughts:
            continue
        if (text := _told(snippet, brief)) is not None:
            yield {"known": text}
    for text in brief.said[:SAID]:
        yield {"said": one_line(text)[:_LONGEST]}


def _told(snippet: Snippet, brief: Brief) -> str | None:
    """What an agent said, its placeholders called as the brief calls them; None when it names what isn't there."""
    called = {thing.facts.ref: f"e{number}" for number, thing in enumerate(brief.things, start=1)}
    own = {f"e{number}": called.get(ref) for number, ref in enumerate(snippet.evidence, start=1)}
    if any(own.get(place[1]) is None for place in PLACE.finditer(snippet.text)):
        return None
    return PLACE.sub(lambda place: f"{{{own[place[1]]}.{place[2]}}}", one_line(snippet.text))[:_LONGEST]
