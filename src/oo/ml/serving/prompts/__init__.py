"""Prompts as versioned files: `<name>-<version>.md`, what the model is told first, a line of `=====`, then the task.

A line that begins with tags, such as `[German, thoughts]`, is told only where all of them apply: small models write off
whatever they read. A version never changes; a better one gets the next number. What was said can be traced to it by its
content's hash.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

HERE = Path(__file__).parent
CURRENT = "tip-4"
"""The version that writes tips, where the settings name no other."""
_FILE = re.compile(r"[a-z]+-[1-9][0-9]*")
_TAGGED = re.compile(r"\[([A-Za-z, ]+)\] (.+)")
_SHOWN = re.compile(r'(?:"text": "|(?:were|Wäre) .*?["„])([^"“…]+)')
_PLACE = re.compile(r"\[\[([a-z]+)\]\]")


@dataclass(frozen=True)
class Prompt:
    """What a model is told, with places such as `[[data]]`."""

    version: str
    hash: str
    """BLAKE2b of the file, 16 hexadecimal digits."""
    system: str
    user: str

    def filled(self, values: Mapping[str, str], tags: Collection[str] = ()) -> tuple[str, str]:
        """Both parts with their places filled, once: a value is never read for places or tags."""
        return _filled(_told(self.system, tags), values), _filled(self.user, values)

    @cached_property
    def examples(self) -> tuple[str, ...]:
        """What it shows of other things than those at hand, in all languages: their titles, and texts good for them."""
        tagged = (_TAGGED.fullmatch(line) for line in self.system.split("\n"))
        return tuple(text for line in tagged if line is not None for text in _SHOWN.findall(line[2]))


def versions(name: str = "tip") -> list[str]:
    """Every version of a prompt, oldest first."""
    found = [path.stem for path in HERE.glob(f"{name}-*.md") if _FILE.fullmatch(path.stem)]
    return sorted(found, key=lambda one: int(one.rpartition("-")[2]))


@cache
def prompt(version: str = CURRENT) -> Prompt:
    """A version of a prompt; raises `KeyError` for one that there is not."""
    if not _FILE.fullmatch(version) or not (HERE / f"{version}.md").is_file():
        raise KeyError(version)
    data = (HERE / f"{version}.md").read_bytes()
    system, found, user = data.decode().partition("\n=====\n")
    if not found:
        raise ValueError(f"prompts/{version}.md lacks the line ===== between its two parts")
    return Prompt(version, hashlib.blake2b(data, digest_size=8).hexdigest(), system.strip(), user.strip())


def _told(text: str, tags: Collection[str]) -> str:
    """The lines without tags, and those of which all tags apply."""
    lines = ((_TAGGED.fullmatch(line), line) for line in text.split("\n"))
    return "\n".join(
        line if tagged is None else tagged[2]
        for tagged, line in lines
        if tagged is None or set(tagged[1].split(", ")) <= set(tags)
    )


def _filled(text: str, values: Mapping[str, str]) -> str:
    return _PLACE.sub(lambda place: values.get(place[1], place[0]), text)
