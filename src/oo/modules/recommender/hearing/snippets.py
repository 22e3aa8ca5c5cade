"""Snippets as they are kept: sealed JSON, until they no longer count."""

from __future__ import annotations

import json
from datetime import datetime

from oo.contracts.agents import Snippet
from oo.contracts.asking import snippet_of
from oo.contracts.ids import UserId
from oo.kernel.db import Transaction
from oo.kernel.keys import Cipher, Keys
from oo.modules.recommender.hearing import repository

SAID = "agent_outputs.said"


def opened(cipher: Cipher, data: bytes) -> Snippet:
    """The snippet from its sealed text."""
    return snippet_of(cipher.open(SAID, data))


def still_said(keys: Keys, tx: Transaction, user: UserId, now: datetime) -> tuple[Snippet, ...]:
    """What still counts of what agents said of the person, the surest first."""
    rows = repository.said(tx, user, now)
    if not rows:
        return ()
    cipher = keys.cipher(user)
    return tuple(sorted((opened(cipher, row.said) for row in rows), key=lambda one: -one.confidence))


def snippet_json(cipher: Cipher, data: bytes | None) -> object:
    """The snippet as its person may read it; None for silence."""
    return None if data is None else json.loads(cipher.open(SAID, data))
