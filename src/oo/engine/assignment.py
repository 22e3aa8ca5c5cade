"""Who is in which arm of a trial: it follows from the trial and the person alone, for ever the same."""

from __future__ import annotations

import hashlib

from oo.contracts.lineups import Arm, Lineup


def place(salt: str, user: str) -> float:
    """A number in [0, 1), even over people, that follows from the salt and the person (SHA-256).

    >>> place("trial", "lena") == place("trial", "lena"), round(place("trial", "lena"), 6)
    (True, 0.736473)
    """
    digest = hashlib.sha256(f"{salt}\0{user}".encode()).digest()
    return int.from_bytes(digest[:7], "big") / 2**56


def arm(lineup: Lineup, user: str) -> Arm:
    """The arm of a person: whom the challenger decides for, whom the former champion keeps, and everybody else.

    A larger share keeps everybody who was in a smaller one.
    """
    at = place(lineup.trial, user)
    if lineup.challenger is not None and at < lineup.share:
        return "challenger"
    if lineup.former is not None and at >= 1.0 - lineup.kept_back:
        return "former"
    return "champion"


def decider(lineup: Lineup, user: str) -> str:
    """The id of the policy that decides for a person."""
    which = arm(lineup, user)
    found = {"challenger": lineup.challenger, "former": lineup.former}.get(which)
    return found or lineup.champion
