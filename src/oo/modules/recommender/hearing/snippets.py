"""Snippets as they are kept: sealed JSON, until they no longer count."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from oo.contracts.agents import Snippet
from oo.contracts.asking import snippet_of
from oo.contracts.ids import Ref, UserId
from oo.contracts.thoughts import Thought, thought_ref
from oo.kernel.db import Transaction
from oo.kernel.keys import Cipher, Keys
from oo.modules.recommender.hearing import repository

SAID = "agent_outputs.said"


def opened(cipher: Cipher, data: bytes) -> Snippet:
    """The snippet from its sealed text."""
    return snippet_of(cipher.open(SAID, data))


@dataclass(frozen=True, slots=True)
class Said:
    """What an agent said that still counts."""

    agent: str
    version: str
    snippet: Snippet
    digest: str
    until: datetime

    @property
    def thought(self) -> Thought | None:
        """The same as a tip may state it; None for what is about a task."""
        one = self.snippet
        if one.evidence or "{" in one.text:
            return None
        return Thought(thought_ref(self.agent), self.digest, one.text, one.confidence, one.insight, self.until)


def still_said(keys: Keys, tx: Transaction, user: UserId, now: datetime) -> tuple[Said, ...]:
    """What still counts of what agents said of the person, the surest first."""
    rows = repository.said(tx, user, now)
    if not rows:
        return ()
    cipher = keys.cipher(user)
    found = (
        Said(row.agent, row.version, opened(cipher, row.said), row.digest, repository.counts_until(row)) for row in rows
    )
    return tuple(sorted(found, key=lambda one: -one.snippet.confidence))


def known_of(said: Sequence[Said]) -> Mapping[Ref, Mapping[str, float]]:
    """What agents know of tasks, by ref and agent: how sure they are."""
    found: dict[Ref, dict[str, float]] = {}
    for one in said:
        for ref in one.snippet.evidence:
            found.setdefault(ref, {})[one.agent] = round(one.snippet.confidence, 3)
    return found


def who_said(said: Sequence[Said]) -> Mapping[str, Mapping[str, str]]:
    """What a decision's row says of the agents behind it: their versions."""
    return {"agents": {one.agent: one.version for one in sorted(said, key=lambda one: one.agent)}} if said else {}


def snippet_json(cipher: Cipher, data: bytes | None) -> object:
    """The snippet as its person may read it; None for silence."""
    return None if data is None else json.loads(cipher.open(SAID, data))
