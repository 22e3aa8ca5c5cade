"""The connector of Todoist: what changed since a token, a year of what was finished, and "done" once."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import uuid
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from oo.contracts.abilities import Hint
from oo.contracts.connectors import Action, Batch, Changed, Http, Reconnect, Source, TryLater, Unread, Unsupported
from oo.contracts.errors import Refused
from oo.contracts.ids import Ref
from oo.contracts.items import Item
from oo.plugins.connectors.todoist import calls
from oo.plugins.connectors.todoist.task import Unreadable, finished, item, key_of, version

EVERYTHING = "*"
WHOLE = timedelta(days=7)
"""After this long all is read anew, so that nothing that got lost stays lost."""
BEFORE = timedelta(hours=1)
"""How far what was finished is looked at again: clocks differ, and lists are late."""
_NAME = "Todoist"


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a read ended: Todoist's token, when, and when everything was read last."""

    token: str
    at: datetime
    whole: datetime

    def text(self) -> str:
        """As it is kept."""
        return json.dumps([self.token, self.at.isoformat(), self.whole.isoformat()])


class Todoist:
    """Reads tasks and finishes them; see `contracts.connectors` and `contracts.abilities`."""

    async def pull(self, source: Source, cursor: str | None) -> Batch | None:
        """What changed since the cursor, or everything; None when nothing did."""
        if source.http is None:
            raise Reconnect("Connect Todoist again.")
        last = _cursor(cursor)
        token_before = EVERYTHING if last is None or source.now - last.whole > WHOLE else last.token
        said = await calls.sync(source.http, token_before)
        whole = token_before == EVERYTHING or said.get("full_sync") is True
        rows, token = said.get("items", []), said.get("sync_token")
        if not isinstance(rows, list) or not isinstance(token, str) or not 0 < len(token) <= 2_000:
            raise TryLater(calls.STRANGE)
        if not rows and not whole:
            return None
        projects = calls.names(said.get("projects"))
        if rows and not whole:
            projects |= await calls.projects(source.http)
        reading = _Reading(source, projects)
        # What was finished there comes first: the next occurrence of a recurring task has its name.
        if last is not None and (whole or any(_recurs(row) for row in rows)):
            async for page in calls.completed(source.http, last.at - BEFORE, source.now + BEFORE):
                reading.take(page, finished)
        reading.take([row for row in rows if not _is_gone(row)], item)
        gone = [] if whole else [ref for row in rows if _is_gone(row) and (ref := _ref(source, row)) is not None]
        fresh = Cursor(token, source.now, last.whole if last is not None and not whole else source.now)
        return Batch(fresh.text(), tuple(reading.items), gone=tuple(gone), complete=whole, unread=tuple(reading.unread))

    async def read(self, source: Source, refs: Sequence[Ref]) -> list[Item]:
        """The named tasks that are open, with their words."""
        keys = [ref.partition(":")[2] for ref in refs]
        if source.http is None or not keys:
            return []
        reading = _Reading(source, await calls.projects(source.http))
        reading.take(await calls.tasks(source.http, keys), item)
        return [found for found in reading.items if found.facts.ref in refs]

    async def history(self, source: Source, since: date) -> AsyncIterator[Batch]:
        """What was finished since that day."""
        if source.http is None:
            return
        projects = await calls.projects(source.http)
        begin = datetime.combine(since, time(), UTC)
        async for page in calls.completed(source.http, begin, source.now + BEFORE):
            reading = _Reading(source, projects)
            reading.take(page, finished)
            yield Batch("", tuple(reading.items), complete=False, more=True)

    async def act(self, source: Source, action: Action) -> None:
        """Finish a task, and look whether it is; a recurring one moves on. `Changed` for another than was seen."""
        if source.http is None:
            raise Unsupported
        key = action.ref.partition(":")[2]
        there = await calls.task(source.http, key)
        if there is None:
            raise Changed
        if version(there) != action.version:
            # Ours, perhaps: the process may have died, or the answer got lost, after Todoist had done it.
            if action.since is not None and await self._was_finished(source, source.http, key, action.since):
                return
            raise Changed
        if await calls.close(source.http, key, str(uuid.uuid5(uuid.NAMESPACE_URL, f"oo:{action.key}"))) == "gone":
            raise Changed
        after = await calls.task(source.http, key)
        if after is not None and version(after) == action.version:
            raise TryLater("Todoist took it, and did not do it yet. oO looks again.", timedelta(seconds=20))

    async def whose(self, source: Source) -> str:
        """The account, by Todoist's id of its user."""
        if source.http is None:
            raise Unsupported
        return await calls.account(source.http)

    def webhook(self, headers: Mapping[str, str], body: bytes, secret: str) -> Sequence[Hint]:
        """Whose tasks changed; raises `Refused` unless Todoist signed it with the client's secret."""
        mac = base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest())
        if not hmac.compare_digest(mac, headers.get("x-todoist-hmac-sha256", "").encode()):
            raise Refused
        try:
            said = json.loads(body)
        except (ValueError, RecursionError):
            return []
        user = said.get("user_id") if isinstance(said, dict) else None
        return [Hint(account=str(user))] if isinstance(user, str | int) else []

    async def _was_finished(self, source: Source, http: Http, key: str, since: datetime) -> bool:
        async for page in calls.completed(http, since - BEFORE, source.now + BEFORE):
            for row in page:
                if not isinstance(row, Mapping) or row.get("id") != key:
                    continue
                at = str(row.get("completed_at", ""))
                if at >= since.strftime("%Y-%m-%dT%H:%M:%S"):
                    return True
        return False


class _Reading:
    """Items of rows, and what could not be read."""

    def __init__(self, source: Source, projects: Mapping[str, str]) -> None:
        self._source, self._projects = source, projects
        self._seen: set[Ref] = set()
        self.items: list[Item] = []
        self.unread: list[Unread] = []

    def take(self, rows: Iterable[Any], make: Callable[[Source, Mapping[str, Any], Mapping[str, str]], Item]) -> None:
        """Make an item of each row; the first of a name counts."""
        for number, row in enumerate(rows, 1):
            try:
                key_of(row)
                found = make(self._source, row, self._projects)
            except Unreadable as reason:
                self.unread.append(Unread(_NAME, number, str(reason)))
                continue
            if found.facts.ref not in self._seen:
                self._seen.add(found.facts.ref)
                self.items.append(found)


def _cursor(text: str | None) -> Cursor | None:
    """Where the last read ended; None for none, and for one of another form."""
    try:
        token, at, whole = json.loads(text or "null")
        return Cursor(str(token), datetime.fromisoformat(at), datetime.fromisoformat(whole))
    except (ValueError, TypeError):
        return None


def _is_gone(row: Any) -> bool:
    return isinstance(row, Mapping) and row.get("is_deleted") is True


def _recurs(row: Any) -> bool:
    due = row.get("due") if isinstance(row, Mapping) else None
    return isinstance(due, Mapping) and due.get("is_recurring") is True


def _ref(source: Source, row: Any) -> Ref | None:
    try:
        return source.ref(key_of(row))
    except Unreadable:
        return None


plugin = Todoist()
