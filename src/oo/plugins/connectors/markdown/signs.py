"""The signs of Obsidian Tasks behind a task's words: emoji (`📅 2026-11-22`) or Dataview fields (`[due:: 2026-11-22]`).

As there, they are looked for from the end of the line, in any order and mixed with tags, up to the first other word.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_DATES = {
    "📅": "due", "📆": "due", "🗓": "due", "⏳": "scheduled", "⌛": "scheduled", "🛫": "start",
    "➕": "created", "✅": "completion", "❌": "cancelled", "⏰": "reminder",
}  # fmt: skip
_PRIORITIES = {"🔺": "highest", "⏫": "high", "🔼": "medium", "🔽": "low", "⏬": "lowest"}
_NAMES = {
    name.lower(): name
    for name in (*dict.fromkeys(_DATES.values()), "priority", "repeat", "id", "dependsOn", "onCompletion")
}
_IDS = r"[A-Za-z0-9_-]+(?:\s*,\s*[A-Za-z0-9_-]+)*"
_SIGN = re.compile(
    rf"""(?:
      (?P<date>[{"".join(_DATES)}])\ufe0f?\s*(?P<day>\d{{4}}-\d\d-\d\d(?:\ \d\d:\d\d)?)
    | (?P<priority>[{"".join(_PRIORITIES)}])
    | 🔁\ufe0f?\s*(?P<repeat>[A-Za-z0-9,\ !]+)
    | 🆔\ufe0f?\s*(?P<id>[A-Za-z0-9_-]+)
    | ⛔\ufe0f?\s*(?P<depends>{_IDS})
    | 🏁\ufe0f?\s*(?P<completed>[A-Za-z]+)
    | \[\s*(?P<key1>[A-Za-z][\w-]*)\s*::\s*(?P<value1>[^\[\]]*?)\s*\](?:\s*,)?
    | \(\s*(?P<key2>[A-Za-z][\w-]*)\s*::\s*(?P<value2>[^()]*?)\s*\)(?:\s*,)?
    | (?:^|(?<=\s))\#(?P<tag>[^\s!@\#$%^&*(),.?":{{}}|<>]+)
    )\ufe0f?$""",
    re.VERBOSE,
)
_MAY_HOLD_SIGN = re.compile(f"[{''.join(_DATES)}{''.join(_PRIORITIES)}🔁🆔⛔🏁#]|::")
_STRAY = re.compile("[📅📆🗓⏳⌛🛫]\ufe0f?\\s*(?:\\d{4}-|<%)")
_BLOCK = re.compile(r"\s\^[A-Za-z0-9-]+$")
_MOST = 40


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign: what it says by Dataview's name (`due`, `priority`, …; `tag` for a tag), and where it stands."""

    name: str
    value: str
    start: int
    stop: int
    dataview: bool = False


@dataclass(frozen=True, slots=True)
class Signs:
    """What stands behind the words: the signs from left to right, where the words end, and where the signs do."""

    signs: tuple[Sign, ...]
    words_stop: int
    stop: int
    """Behind it there may be the name of the block (`^abc`) and white space."""

    @property
    def values(self) -> Mapping[str, str]:
        """The value of each sign by name; of several, the first from the left is what Obsidian Tasks takes."""
        return {sign.name: sign.value for sign in reversed(self.signs)}


def signs(body: str) -> Signs:
    """The signs of the text behind a box."""
    end = len(body.rstrip())
    if (block := _BLOCK.search(body, 0, end)) is not None:
        end = len(body[: block.start()].rstrip())
    stop = end
    found: list[Sign] = []
    while _MAY_HOLD_SIGN.search(body, 0, end) and len(found) < _MOST:
        match = _last(body, end)
        if match is None:
            break
        found.append(_sign(match))
        end = len(body[: match.start()].rstrip())
    found.reverse()
    words_stop = end if found else stop
    return Signs(tuple(found), words_stop, stop)


def stray(words: str) -> bool:
    """Whether a date with its sign stands among the words, where Obsidian Tasks doesn't look for it."""
    return _STRAY.search(words) is not None


def _last(body: str, end: int) -> re.Match[str] | None:
    """The sign that the text up to `end` ends with."""
    return _SIGN.search(body, max(0, end - 400), end)


def _sign(match: re.Match[str]) -> Sign:
    found = match.groupdict()
    start, stop = match.span()
    if found["date"]:
        return Sign(_DATES[found["date"]], found["day"], start, stop)
    if found["priority"]:
        return Sign("priority", _PRIORITIES[found["priority"]], start, stop)
    for group, name in (("repeat", "repeat"), ("id", "id"), ("depends", "dependsOn"), ("completed", "onCompletion")):
        if found[group]:
            return Sign(name, found[group].strip(), start, stop)
    if found["tag"]:
        return Sign("tag", found["tag"], start, stop)
    key, value = found["key1"] or found["key2"], found["value1"] or found["value2"] or ""
    return Sign(_NAMES.get(key.lower(), "other"), value, start, stop, dataview=True)
