"""Fingerprints of texts: hashed runs of letters, so that a near-repeat is known without its words being kept."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from math import sqrt

from oo.contracts.writing import Print

SIZE = 256
ALIKE = 0.9
"""Cosine above which two texts say the same."""
_RUN = 3


def print_of(text: str) -> Print:
    """The fingerprint of a text: signed counts of its letter trigrams, hashed into 256 places.

    >>> round(alike(print_of("Ring the plumber first."), print_of("Ring the plumber first")), 2) > ALIKE
    True
    """
    places = [0] * SIZE
    padded = f" {' '.join(''.join(c if c.isalnum() else ' ' for c in text.lower()).split())} "
    for start in range(len(padded) - _RUN + 1):
        digest = hashlib.blake2b(padded[start : start + _RUN].encode(), digest_size=2).digest()
        places[digest[0]] += 1 if digest[1] & 1 else -1
    return tuple(max(-127, min(127, value)) for value in places)


def alike(one: Print, other: Print) -> float:
    """The cosine of two fingerprints; 0 when one of them is empty."""
    length = sqrt(sum(a * a for a in one)) * sqrt(sum(b * b for b in other))
    return sum(a * b for a, b in zip(one, other, strict=True)) / length if length else 0.0


def repeats(text: Print, before: Iterable[Print]) -> bool:
    """Whether a text says nearly what one of the others said."""
    return any(alike(text, one) > ALIKE for one in before)
