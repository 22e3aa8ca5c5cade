"""Remembers what a model said: what was refused and why, and fingerprints of what was shown, against repeating it."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from oo.contracts.consents import CLOUD
from oo.contracts.events import ConnectionChanged, ConsentChanged
from oo.contracts.ids import DecisionId, UserId
from oo.contracts.writing import Generated, Print
from oo.kernel.db import Transaction
from oo.kernel.keys import Cipher
from oo.kernel.module import Kit
from oo.kernel.outbox import Envelope
from oo.kernel.relay import Handler
from oo.modules.recommender import repository as tips
from oo.modules.recommender.refusals import repository
from oo.modules.recommender.words import open_words

TITLES = "task_titles"
"""The consent without which no model is told of a task."""
TEXT, PRINT = "refusals.text", "prints.print"
REPEATS = timedelta(days=14)
"""What was said within them is not said again."""


@dataclass(frozen=True, slots=True)
class Lately:
    """What was said to a person lately."""

    said: tuple[str, ...] = ()
    """In words, as far as they are still kept, newest first."""
    prints: tuple[Print, ...] = ()
    """As fingerprints, of the last fourteen days."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What was said and what was refused, of everybody."""

    kit: Kit

    def refused_rows(self, user: UserId, generated: Generated) -> list[dict[str, Any]]:
        """Rows for `repository.add`: what was refused and why; its text is sealed, and forgotten after a day."""
        if not generated.refused:
            return []
        cipher, now = self.kit.keys.cipher(user), self.kit.clock.now()
        return [
            {
                "id": self.kit.ids.new(),
                "user_id": user,
                "at": now,
                "reason": one.reason,
                "model": one.model,
                "prompt_version": one.prompt_version,
                "prompt_hash": one.prompt_hash,
                "text": cipher.seal(TEXT, one.text),
            }
            for one in generated.refused
        ]

    async def lately(self, user: UserId) -> Lately:
        """What was said to the person lately."""
        since = self.kit.clock.now() - REPEATS

        def known(tx: Transaction) -> tuple[list[bytes], Sequence[Any]]:
            return repository.prints_since(tx, user, since), repository.said_last(tx, user)

        sealed, rows = await self.kit.db.read(known)
        cipher = self.kit.keys.cipher(user)
        said = tuple(open_words(cipher, row.words).content for row in rows)
        return Lately(said, tuple(opened(cipher, one) for one in sealed))

    def print_row(self, user: UserId, tip: DecisionId, found: Print, at: datetime) -> dict[str, Any]:
        """The row for `repository.note`, to be written in the unit that lets a model's tip stand."""
        sealed = self.kit.keys.cipher(user).seal_bytes(PRINT, struct.pack(f"{len(found)}b", *found))
        return {"tip_id": tip, "user_id": user, "at": at, "print": sealed}


def opened(cipher: Cipher, sealed: bytes) -> Print:
    """A fingerprint from its sealed bytes."""
    data = cipher.open_bytes(PRINT, sealed)
    return struct.unpack(f"{len(data)}b", data)


def text_of(cipher: Cipher, sealed: bytes | None) -> str | None:
    """What was refused, as its person may read it; None when it is forgotten."""
    return None if sealed is None else cipher.open(TEXT, sealed)


def _on_connection(tx: Transaction, envelope: Envelope) -> None:
    """A connection was ended: what was refused may hold words of what came from it."""
    assert isinstance(envelope.data, ConnectionChanged)
    if envelope.data.state == "ended":
        repository.drop_texts(tx, envelope.user)


def _on_consent(tx: Transaction, envelope: Envelope) -> None:
    """A cloud may write no more, or may now: what stands in its words, or in others', steps aside. Without the consent
    to be told of titles, nothing that may repeat one is kept.
    """
    assert isinstance(envelope.data, ConsentChanged)
    is_cloud = envelope.data.key.startswith(CLOUD)
    if is_cloud:
        tips.overtake(tx, envelope.user)
    if is_cloud or envelope.data.key == TITLES:
        repository.drop_texts(tx, envelope.user)


REFUSERS: Mapping[str, Handler] = {
    "integrations.connection.changed": _on_connection,
    "profile.consent.changed": _on_consent,
}
