"""The preferences there are: how each is read from its text form, written back, and what to say when it is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from datetime import time
from typing import Any
from zoneinfo import ZoneInfo

from oo.contracts.errors import Invalid
from oo.contracts.profiles import Profile
from oo.contracts.words import LANGUAGES

LATEST_DAY_END = time(6, 0)
UNDO_SECONDS = (8, 20, 80)

_TIME = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])(?::00)?")
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+\-]*(?:/[A-Za-z0-9_+\-]+){0,2}")
# These are files of a machine, or count leap seconds, rather than zones that mean the same everywhere.
_NO_ZONE = re.compile(r"(?:localtime|posixrules|factory)\Z|(?:posix|right)/", re.IGNORECASE)
_NAME = re.compile(r"[a-z_]{1,40}")
_LONGEST = 80


def language(text: str) -> str:
    """A language that the catalogues have."""
    code = text.lower()
    if code not in LANGUAGES:
        raise Invalid(f"The language is not one that oO speaks; choose {_either(LANGUAGES)}.")
    return code


def zone(text: str) -> str:
    """The IANA name of a time zone."""
    wrong = "The time zone is not known; give a name such as Europe/Berlin."
    if not _ZONE.fullmatch(text) or _NO_ZONE.match(text):
        raise Invalid(wrong)
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError):  # no such name; not a zone's data; a folder of zones
        raise Invalid(wrong) from None
    return text


def day_ends_at(text: str) -> time:
    """A time from midnight to six in the morning."""
    match = _TIME.fullmatch(text)
    value = time(int(match[1]), int(match[2])) if match else None
    if value is None or value > LATEST_DAY_END:
        raise Invalid(f"The end of the day is not a time from 00:00 to {LATEST_DAY_END:%H:%M}; write it like 03:00.")
    return value


def undo_seconds(text: str) -> int:
    """One of three spans."""
    known = {str(seconds): seconds for seconds in UNDO_SECONDS}
    if text not in known:
        raise Invalid(f"The time to undo is not one of those that exist; choose {_either(known)} seconds.")
    return known[text]


def low_light(text: str) -> bool:
    """On or off."""
    return _switch("Low light", text)


def single_keys(text: str) -> bool:
    """On or off."""
    return _switch("The switch for single keys", text)


READERS: Mapping[str, Callable[[str], Any]] = {
    reader.__name__: reader for reader in (language, zone, day_ends_at, undo_seconds, low_light, single_keys)
}
"""How each preference is read, by its name in `Profile`."""


def read(key: str, text: str) -> Any:
    """The value of a preference; raises `Invalid` with one sentence that names what is wrong, and the preference."""
    reader = READERS.get(key)
    if reader is None:
        named = f"{key} is not a preference" if _NAME.fullmatch(key) else "One of the names is not a preference"
        raise Invalid(f"{named}; there are {', '.join(READERS)}.")
    try:
        return reader(text.strip()[: _LONGEST + 1])
    except Invalid as error:
        raise Invalid(error.detail, preference=key) from None


def written(value: object) -> str:
    """The text form that is kept: one for each value."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:%H:%M}" if isinstance(value, time) else str(value)


def text_forms(profile: Profile) -> dict[str, str]:
    """All preferences of a profile in their text forms."""
    return {field.name: written(getattr(profile, field.name)) for field in fields(profile)}


def profile_of(values: Mapping[str, str]) -> Profile:
    """A profile from what was set; a value that counts no longer, such as a zone that was given up, is the default."""
    known: dict[str, Any] = {}
    for key, text in values.items():
        try:
            known[key] = read(key, text)
        except Invalid:
            continue
    return replace(Profile(), **known)


def counts(key: str, text: str) -> bool:
    """Whether what was set is still a value of the preference."""
    try:
        read(key, text)
    except Invalid:
        return False
    return True


def _switch(name: str, text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise Invalid(f"{name} is neither true nor false; send one of the two.")
    return text.lower() == "true"


def _either(choices: Mapping[str, object]) -> str:
    *some, last = choices
    return f"{', '.join(some)} or {last}"
