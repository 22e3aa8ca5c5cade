"""What a model wrote, as it is kept and as a decision reads it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from oo.contracts.decisions import WITHOUT_TASK, Candidate, UserView
from oo.contracts.ids import Ref, UserId
from oo.contracts.writing import Egress, TipCandidate
from oo.engine.candidates import candidates
from oo.engine.filters import sift
from oo.engine.house import FILTERS, PARTS, TASKS, THOUGHTS
from oo.engine.pipeline import Parts
from oo.engine.policies.orchestrator import SOURCE
from oo.engine.thoughts import candidate, thoughts
from oo.kernel.db import Transaction
from oo.kernel.keys import Cipher, Keys
from oo.modules.recommender.ready import repository

SAID = "written.said"


@dataclass(frozen=True, slots=True)
class Written:
    """What a model wrote of one task or thought, valid for that version of it in that light."""

    version: str
    topic: str
    language: str
    said: TipCandidate
    others: Mapping[str, str] = field(default_factory=dict)
    """What else it names, as it was, by ref."""

    def suits(self, candidate: Candidate, language: str, now: Mapping[str, str]) -> bool:
        """Whether it is still true of the candidate, and of whatever else it names as all stands `now`."""
        same = (self.version, self.topic, self.language) == (candidate.facts.version, candidate.topic, language)
        return same and all(now.get(ref) == was for ref, was in self.others.items())


def rows_of(
    cipher: Cipher, user: UserId, known: Mapping[Ref, Candidate], language: str, until: datetime,
    said: Sequence[TipCandidate],
) -> list[dict[str, Any]]:  # fmt: skip
    """Rows for `repository.replace`, the first of several about one task or thought."""
    found: dict[Ref, dict[str, Any]] = {}
    for one in said:
        about = known.get(one.evidence[0]) if one.evidence else None
        if about is None or one.evidence[0] in found or about.has_task != (one.kind not in WITHOUT_TASK):
            continue
        others = {ref: _state(known[ref]) for ref in one.evidence[1:]}
        found[one.evidence[0]] = {
            "user_id": user,
            "ref": one.evidence[0],
            "version": about.facts.version,
            "topic": about.topic if about.has_task else one.kind,
            "language": language,
            "until": until,
            "said": cipher.seal(SAID, json.dumps(asdict(one) | {"others": others}, ensure_ascii=False)),
        }
    return list(found.values())


def still_written(keys: Keys, tx: Transaction, user: UserId, now: datetime) -> Mapping[Ref, Written]:
    """What still counts of what was written for the person, by task and thought."""
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
        now = _states(view, found)
        return [replace(one, source=SOURCE) if _suits(written, one, view.language, now) else one for one in found]

    async def about_thoughts(view: UserView) -> list[Candidate]:
        """What was written of thoughts, advice too; and the others that may be shown by themselves."""
        ready = [
            candidate(one, written[one.ref].said.kind, SOURCE)
            for one in view.thoughts
            if one.ref in written and written[one.ref].said.kind in WITHOUT_TASK
        ]
        if not ready:  # nearly always: what there is to do needn't be gone through once more
            return thoughts(view)
        now = _states(view, candidates(view))
        suiting = [one for one in ready if _suits(written, one, view.language, now)]
        shown, _ = sift(view, suiting, FILTERS)
        return [*shown, *thoughts(view), *suiting]  # of several with one id the first counts

    return replace(PARTS, sources=(replace(TASKS, find=tasks), replace(THOUGHTS, find=about_thoughts)))


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


def _suits(written: Mapping[Ref, Written], one: Candidate, language: str, now: Mapping[str, str]) -> bool:
    ready = written.get(one.facts.ref)
    return ready is not None and ready.suits(one, language, now)


def _states(view: UserView, tasks: Sequence[Candidate]) -> Mapping[str, str]:
    """How everything that may be named stands now, by ref."""
    about: dict[str, str] = {one.ref: one.version for one in view.thoughts}
    return about | {one.facts.ref: _state(one) for one in tasks}


def _state(candidate: Candidate) -> str:
    """What of a task or thought its words follow from."""
    return f"{candidate.facts.version} {candidate.topic}" if candidate.has_task else candidate.facts.version
