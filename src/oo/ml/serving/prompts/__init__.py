"""Prompts as versioned files: `<name>-<version>.md`, what the model is told first, a line of `=====`, then the task.

A version never changes; a better one gets the next number. What was said can be traced to it by its content's hash.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
CURRENT = "tip-3"
"""The version that writes tips, where the settings name no other."""
_FILE = re.compile(r"[a-z]+-[1-9][0-9]*")
_PLACE = re.compile(r"\[\[([a-z]+)\]\]")


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a model is told, with places such as `[[data]]`."""

    version: str
    hash: str
    """BLAKE2b of the file, 16 hexadecimal digits."""
    system: str
    user: str

    def filled(self, values: Mapping[str, str]) -> tuple[str, str]:
        """Both parts with their places filled, once: a value is never read for places."""
        return _filled(self.system, values), _filled(self.user, values)


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


def _filled(text: str, values: Mapping[str, str]) -> str:
    return _PLACE.sub(lambda place: values.get(place[1], place[0]), text)
