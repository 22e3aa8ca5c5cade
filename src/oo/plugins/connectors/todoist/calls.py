"""What is asked of Todoist, and what an answer has to look like."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from oo.contracts.connectors import Answer, Http, TryLater

STRANGE = "Todoist answered in a way that oO cannot read. oO tries again later."
SPAN = timedelta(days=85)
"""Of what was finished: three months at most are told at once."""
_PAGE = 200
_PAGES = 500
_AT_ONCE = 80


async def sync(http: Http, token: str) -> Mapping[str, Any]:
    """Everything (`*`), or what changed since a token."""
    kinds = json.dumps(["items", "projects"])
    return _object(await http.ask("POST", "sync", form={"sync_token": token, "resource_types": kinds}))


async def task(http: Http, key: str) -> Mapping[str, Any] | None:
    """An open task; None for one that is finished or gone."""
    answer = await http.ask("GET", f"tasks/{key}", expect=(404,))
    if answer.status == 404:
        return None
    found = _object(answer)
    return None if found.get("checked") is True or found.get("is_deleted") is True else found


async def tasks(http: Http, keys: Sequence[str]) -> list[Any]:
    """Open tasks by their ids."""
    found: list[Any] = []
    for at in range(0, len(keys), _AT_ONCE):
        ids = ",".join(keys[at : at + _AT_ONCE])
        found += _rows(_object(await http.ask("GET", "tasks", params={"ids": ids, "limit": _PAGE})), "results")
    return found


async def projects(http: Http) -> dict[str, str]:
    """The names of projects, by their ids."""
    found: dict[str, str] = {}
    async for rows in _pages(http, "projects", {}, "results"):
        found |= names(rows)
    return found


async def completed(http: Http, since: datetime, until: datetime) -> AsyncIterator[list[Any]]:
    """What was finished from then until then, in pages."""
    while since < until:
        end = min(since + SPAN, until)
        asked = {"since": _stamp(since), "until": _stamp(end)}
        async for rows in _pages(http, "tasks/completed/by_completion_date", asked, "items"):
            yield rows
        since = end


async def close(http: Http, key: str, uuid: str) -> str:
    """Finish a task, once for each uuid: `done`, or `gone` where there is no such task."""
    commands = json.dumps([{"type": "item_close", "uuid": uuid, "args": {"id": key}}])
    said = _object(await http.ask("POST", "sync", form={"commands": commands})).get("sync_status")
    status = said.get(uuid) if isinstance(said, Mapping) else None
    if status == "ok":
        return "done"
    if isinstance(status, Mapping) and status.get("http_code") == 404:
        return "gone"
    raise TryLater(STRANGE)


async def account(http: Http) -> str:
    """The id of whose account this is; the answer also holds a token, which is not looked at."""
    found = _object(await http.ask("GET", "user")).get("id")
    if not isinstance(found, str | int) or not str(found):
        raise TryLater(STRANGE)
    return str(found)


def names(rows: object) -> dict[str, str]:
    """The names of projects in an answer, by their ids."""
    named = [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []
    return {
        row["id"]: row["name"][:200]
        for row in named
        if isinstance(row.get("id"), str) and isinstance(row.get("name"), str)
    }


def _stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


async def _pages(http: Http, path: str, asked: Mapping[str, Any], key: str) -> AsyncIterator[list[Any]]:
    cursor: Any = None
    for _ in range(_PAGES):
        more = {} if cursor is None else {"cursor": cursor}
        said = _object(await http.ask("GET", path, params={**asked, "limit": _PAGE, **more}))
        yield _rows(said, key)
        cursor = said.get("next_cursor")
        if cursor is None:
            return
        if not isinstance(cursor, str):
            raise TryLater(STRANGE)
    raise TryLater(STRANGE)


def _object(answer: Answer) -> Mapping[str, Any]:
    said = answer.json()
    if not isinstance(said, Mapping):
        raise TryLater(STRANGE)
    return said


def _rows(said: Mapping[str, Any], key: str) -> list[Any]:
    rows = said.get(key)
    if not isinstance(rows, list):
        raise TryLater(STRANGE)
    return rows
