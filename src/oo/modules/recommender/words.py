"""The words of a tip, as they are sealed beside it: what was said once stays as it was said."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Row

from oo.contracts.ids import DecisionId, Ref
from oo.contracts.tips import Evidence, Tip
from oo.contracts.writing import Egress, TipCandidate
from oo.kernel.keys import Cipher

COLUMN = "tips.words"


@dataclass(frozen=True, slots=True)
class Words:
    """Everything about a tip that is made of words, its own and those of its evidence."""

    content: str
    why: str
    title: str
    connector: str
    source_name: str
    where: str | None
    writable: bool
    hour: str | None = None
    """The hour of a reminder, ISO 8601."""
    model: str = ""
    """Which model wrote it; empty for the composer."""
    prompt: str = ""
    """The version of its prompt and the prompt's hash, as in `tip-1@0123abcd`."""
    sent: int = 0
    """Bytes that left this host for it."""
    sent_to: str = ""
    """Where they went: a provider's name, or `network`."""

    def seal(self, cipher: Cipher) -> bytes:
        """As ciphertext for `tips.words`."""
        return cipher.seal(COLUMN, json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":")))


def by(said: TipCandidate) -> dict[str, Any]:
    """The fields of `Words` that say who wrote, and what left this host for it."""
    prompt = f"{said.prompt_version}@{said.prompt_hash}"
    return {"model": said.model, "prompt": prompt, "sent": said.egress.bytes, "sent_to": said.egress.to}


FORGOTTEN = Words(content="", why="", title="", connector="", source_name="", where=None, writable=False)
"""What is left to say of a tip whose words are no longer kept."""


def open_words(cipher: Cipher, sealed: bytes | None) -> Words:
    """Read what `Words.seal` wrote."""
    return FORGOTTEN if sealed is None else Words(**json.loads(cipher.open(COLUMN, sealed)))


def tip_of(row: Row[Any] | SimpleNamespace, words: Words) -> Tip:
    """The tip of a row of `tips` with its words."""
    return Tip(
        id=DecisionId(row.id),
        kind=row.kind,
        content=words.content,
        why=words.why,
        evidence=(Evidence(words.connector, Ref(row.ref), words.title),),
        expires_at=row.expires_at,
        topic=row.topic,
        source_name=words.source_name,
        where=words.where,
        at=None if words.hour is None else datetime.fromisoformat(words.hour),
        model=words.model,
        egress=Egress(words.sent, words.sent_to),
    )
