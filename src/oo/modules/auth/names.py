"""Names of people: what may be one, and when two are the same."""

from __future__ import annotations

import unicodedata

from oo.contracts.errors import Invalid

LONGEST = 80
_UNSEEN = frozenset({"Cc", "Cs", "Co", "Cn", "Zl", "Zp"})
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def clean_name(name: str) -> str:
    """The name with single spaces; raises `Invalid` when it is empty, too long or has what can't be shown.

    >>> clean_name("  Lena   Maria ")
    'Lena Maria'
    """
    clean = unicodedata.normalize("NFC", " ".join(name.split()))
    if any(unicodedata.category(char) in _UNSEEN or char in _TURNING for char in clean):
        raise Invalid("The name has a character that cannot be shown; leave it out.")
    if not folded(clean):
        raise Invalid("The name is empty; give one of 1 to 80 characters.")
    if len(clean) > LONGEST:
        raise Invalid(f"The name has {len(clean)} characters; give one of 1 to {LONGEST}.")
    return clean


def folded(name: str) -> str:
    """The form in which two names are compared: case, width and invisible characters make no difference.

    >>> folded("LENA") == folded("Lena\\u200b")
    True
    """
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return " ".join("".join(char for char in plain if unicodedata.category(char) != "Cf").split())
