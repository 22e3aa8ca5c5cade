"""What a model wrote, as it is kept and as a decision reads it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from oo.contracts.decisions import Candidate, UserView
from oo.contracts.ids import Ref, UserId
from oo.contracts.writing import Egress, TipCandidate
from oo.engine.candidates import candidates
from oo.engine.house import PARTS
from oo.engine.pipeline import Parts, Source
from oo.engine.policies.orchestrator import SOURCE
from oo.kernel.db import Transaction
from oo.kernel.keys import Cipher, Keys
from oo.modules.recommender.ready import repository

SAID = "written.said"


@dataclass(frozen=True, slots=True)
class Written:
    """What a model wrote of one task, valid for that version of it in that light."""

    version: str
    topic: str
    language: str
    said: TipCandidate
    others: Mapping[str, str] = field(default_factory=dict)
    """What else it names: tasks as they were, by task."""

    def suits(self, candidate: Candidate, language: str, now: Mapping[str, str]) -> bool:
        """Whether it is still true of the candidate, and of whatever else it names as all stands `now`."""
        same = (self.version, self.topic, self.language) == (candidate.facts.version, candidate.topic, language)
        return same and all(now.get(ref) == was for ref, was in self.others.items())


def rows_of(
    cipher: Cipher, user: UserId, known: Mapping[Ref, Candidate], language: str, until: datetime,
    said: Sequence[TipCandidate],
) -> list[dict[str, Any]]:  # fmt: skip
    """Rows for `repository.replace`, the first of several about one task."""
    found: dict[Ref, dict[str, Any]] = {}
    for one in said:
        about = known.get(one.evidence[0]) if one.evidence else None
        if about is None or one.evidence[0] in found:
            continue
        others = {ref: _state(known[ref]) for ref in one.evidence[1:]}
        found[one.evidence[0]] = {
            "user_id": user,
            "ref": one.evidence[0],
            "version": about.facts.version,
            "topic": about.topic,
            "language": language,
            "until": until,
            "said": cipher.seal(SAID, json.dumps(asdict(one) | {"others": others}, ensure_ascii=False)),
        }
    return list(found.values())


def still_written(keys: Keys, tx: Transaction, user: UserId, now: datetime) -> Mapping[Ref, Written]:
    """What still counts of what was written of the person's tasks, by task."""
    rows = repository.written_for(tx, user, now)
    if not rows:
        return {}
    cipher = keys.cipher(user)
    return {Ref(row.ref): _opened(cipher, row) for row in rows}


def parts(written: Mapping[Ref, Written]) -> Parts:
    """The house's parts, with candidates that have been written of said to be the orchestrator's."""
    if not written:
        return PARTS

    async def tasks(view: UserView) -> list[Candidate]:
        found = candidates(view)
        now: dict[str, str] = {one.facts.ref: _state(one) for one in found}
        return [
            replace(one, source=SOURCE)
            if (ready := written.get(one.facts.ref)) is not None and ready.suits(one, view.language, now)
            else one
            for one in found
        ]

    return replace(PARTS, sources=(Source("tasks", tasks),))


def notes(written: Mapping[Ref, Written]) -> Mapping[str, Any]:
    """What a decision's row says of who wrote: versions, and what left this host."""
    if not written:
        return {}
    one = next(iter(written.values())).said
    sent = sum(each.said.egress.bytes for each in written.values())
    said = {"prompt": one.prompt_version, "hash": one.prompt_hash, "model": one.model, "egress": sent}
    return {"written": said}


def candidate_json(cipher: Cipher, sealed: bytes) -> object:
    """What was written, as its person may read it."""
    return json.loads(cipher.open(SAID, sealed))


def _opened(cipher: Cipher, row: Row[Any]) -> Written:
    said = json.loads(cipher.open(SAID, row.said))
    said |= {name: tuple(said[name]) for name in ("evidence", "print")}
    said["egress"] = Egress(**said["egress"])
    others = said.pop("others", {})
    return Written(row.version, row.topic, row.language, TipCandidate(**said), others)


def _state(candidate: Candidate) -> str:
    """What of a task its words follow from."""
    return f"{candidate.facts.version} {candidate.topic}"
