"""The fields of one Taskwarrior record, whichever way it is written; values are text, numbers or lists."""

from __future__ import annotations

import json
import re
from typing import Any, TypeAlias

Fields: TypeAlias = dict[str, Any]

_PAIR = re.compile(r'([A-Za-z_][\w.\-]*):"([^"\\]*(?:\\.[^"\\]*)*)"', re.DOTALL)
_ESCAPE = re.compile(r'\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})?')
_ESCAPED = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_CONTROLS = {"b": " ", "f": " ", "n": "\n", "r": "\r", "t": "\t"}
# Data files of old versions write what would end a value in this way.
_ENTITIES = {"&open;": "[", "&close;": "]", "&dquot;": '"', "&squot;": "'", "&comma;": ",", "&colon;": ":"}
_ENTITY = re.compile("|".join(_ENTITIES))
# Old data files have a pair for each of a list: newer ones write `tags:"a,b"` beside it.
_LISTED = {"tags": "tag", "depends": "dep"}
NOT_JSON = "A task whose JSON is damaged."
NOT_DATA = "A task whose fields are damaged."


class Damaged(ValueError):
    """This record can't be read; the message says why without a word of it."""


def fields(raw: bytes) -> Fields:
    """The fields of a record; raises `Damaged`."""
    text = raw.decode(errors="replace")
    return _from_json(text) if text.startswith("{") else _from_data(text.strip())


def listed(found: Fields, name: str) -> tuple[str, ...]:
    """A field of several values: a list, text with commas, or one pair for each (`tag_home:"x"`)."""
    value = found.get(name)
    if isinstance(value, list):
        values = [str(one) for one in value if isinstance(one, str | int)]
    else:
        values = str(value or "").split(",")
    prefixes = (f"{name}_", f"{_LISTED[name]}_")
    values += [key.partition("_")[2] for key in found if key.startswith(prefixes)]
    return tuple(dict.fromkeys(one.strip() for one in values if one.strip()))


def _from_json(text: str) -> Fields:
    for candidate in (text, _ESCAPE.sub(_mended, text)):
        try:
            found = json.loads(candidate, strict=False)
        except (ValueError, RecursionError):
            continue
        if isinstance(found, dict):
            return found
    raise Damaged(NOT_JSON)


def _mended(escape: re.Match[str]) -> str:
    """A backslash that begins no escape of JSON stands for itself."""
    return escape[0] if len(escape[0]) > 1 else "\\\\"


def _from_data(text: str) -> Fields:
    found: Fields = {}
    at = 1
    while text[at : at + 1] != "]":
        match = _PAIR.match(text, at)
        if match is None:
            raise Damaged(NOT_DATA)
        found[match[1]] = _value(match[2])
        at = match.end()
        while text[at : at + 1] in (" ", "\t"):
            at += 1
    if at != len(text) - 1:
        raise Damaged(NOT_DATA)
    return found


def _value(text: str) -> str:
    if "&" in text:
        text = _ENTITY.sub(lambda entity: _ENTITIES[entity[0]], text)
    return _ESCAPED.sub(_unescaped, text) if "\\" in text else text


def _unescaped(escape: re.Match[str]) -> str:
    mark = escape[1]
    return chr(int(mark[1:], 16)) if len(mark) == 5 else _CONTROLS.get(mark, mark)
