"""One account at the stand-in: tasks that change, what was finished, and what changed since a token."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

_STEPS = {"every day": 1, "every week": 7, "every weekday": 1}


@dataclass(slots=True)
class Account:
    """Somebody's tasks."""

    id: str
    clock: Callable[[], datetime]
    name: str = "Lena"
    zone: str = "Europe/Berlin"
    tasks: dict[str, dict[str, Any]] = field(default_factory=dict)
    projects: dict[str, dict[str, Any]] = field(default_factory=dict)
    completed: list[dict[str, Any]] = field(default_factory=list)
    """As the completed endpoints tell them, oldest first."""
    ran: dict[str, str] = field(default_factory=dict)
    """Commands that were run, by their uuid."""
    closes: list[str] = field(default_factory=list)
    """The tasks that were closed, in order."""
    _changed: dict[str, int] = field(default_factory=dict)
    _count: int = 0

    def add(self, content: str, **fields: Any) -> dict[str, Any]:
        """A new task, with the fields of one."""
        stamp = _stamp(self.clock())
        task = {
            "id": fields.pop("id", f"6T{self.id}{len(self.tasks):06d}"),
            "user_id": self.id,
            "project_id": "",
            "section_id": None,
            "parent_id": None,
            "added_by_uid": self.id,
            "responsible_uid": None,
            "labels": [],
            "deadline": None,
            "duration": None,
            "is_collapsed": False,
            "checked": False,
            "is_deleted": False,
            "added_at": stamp,
            "completed_at": None,
            "updated_at": stamp,
            "due": None,
            "priority": 1,
            "child_order": len(self.tasks),
            "content": content,
            "description": "",
            "note_count": 0,
            "day_order": -1,
            "goal_ids": [],
            "a_field_of_tomorrow": {"nested": [1, 2]},
            **fields,
        }
        self.tasks[task["id"]] = task
        self._touch(task)
        return task

    def project(self, name: str, id: str = "") -> str:
        """A new project; its id."""
        own = id or f"6P{self.id}{len(self.projects):04d}"
        self.projects[own] = {"id": own, "name": name, "is_deleted": False, "is_archived": False, "parent_id": None}
        return own

    def edit(self, id: str, **fields: Any) -> None:
        """Change a task, as its owner does in the app."""
        self.tasks[id].update(fields, updated_at=_stamp(self.clock()))
        self._touch(self.tasks[id])

    def delete(self, id: str) -> None:
        """Delete a task."""
        self.edit(id, is_deleted=True)

    def close(self, id: str) -> None:
        """Finish a task; a recurring one moves to its next occurrence."""
        task, now = self.tasks[id], self.clock()
        self.closes.append(id)
        self.completed.append({**task, "checked": True, "completed_at": _stamp(now)})
        due = task["due"]
        if due is not None and due.get("is_recurring"):
            self.edit(id, due={**due, "date": _moved(due["date"], _STEPS.get(due["string"], 1))})
        else:
            self.edit(id, checked=True, completed_at=_stamp(now))

    def reopen(self, id: str) -> None:
        """Take a finished task up again."""
        self.completed = [one for one in self.completed if one["id"] != id]
        self.edit(id, checked=False, completed_at=None)

    def finished(self, content: str, at: datetime, **fields: Any) -> None:
        """Something that was finished in the past."""
        task = {"id": f"6D{self.id}{len(self.completed):06d}", "content": content, "checked": True, "due": None}
        blank = {"project_id": "", "priority": 1, "labels": [], "is_deleted": False, "duration": None, "deadline": None}
        stamps = {"added_at": _stamp(at - timedelta(days=3)), "completed_at": _stamp(at), "updated_at": _stamp(at)}
        self.completed.append({**blank, **task, **stamps, "user_id": self.id, **fields})

    def active(self) -> list[dict[str, Any]]:
        """What is open."""
        return [task for task in self.tasks.values() if not task["checked"] and not task["is_deleted"]]

    def since(self, token: str) -> dict[str, Any]:
        """What `/sync` says after a token; `*`, and one that it does not know, begin anew."""
        known = int(token[1:]) if token[:1] == "s" and token[1:].isdigit() else None
        full = known is None or known > self._count
        items = self.active() if full else [self.tasks[one] for one, at in self._changed.items() if at > (known or 0)]
        return {
            "sync_token": f"s{self._count}",
            "full_sync": full,
            "full_sync_date_utc": _stamp(self.clock()) if full else None,
            "items": items,
            "projects": list(self.projects.values()) if full else [],
            "user": self.user(),
            "temp_id_mapping": {},
        }

    def run(self, command: Mapping[str, Any]) -> Any:
        """A command of `/sync`, once for each uuid; what it says of it."""
        uuid, kind, args = str(command.get("uuid")), command.get("type"), command.get("args") or {}
        if uuid in self.ran:
            return self.ran[uuid]
        task = self.tasks.get(str(args.get("id")))
        if kind not in ("item_close", "item_complete", "item_uncomplete"):
            return {"error": "Unknown command", "error_code": 41, "http_code": 400}
        if task is None or task["is_deleted"]:
            return {"error": "Item not found", "error_code": 22, "error_tag": "ITEM_NOT_FOUND", "http_code": 404}
        if kind == "item_uncomplete":
            self.reopen(task["id"])
        else:
            self.close(task["id"])
        self.ran[uuid] = "ok"
        return "ok"

    def user(self) -> dict[str, Any]:
        """The user as `GET /user` tells it, with a token that nobody should keep."""
        return {
            "id": self.id,
            "email": f"{self.name.lower()}@example.org",
            "full_name": self.name,
            "token": "never-keep-this",
            "tz_info": {"timezone": self.zone, "gmt_string": "+01:00", "hours": 1, "minutes": 0, "is_dst": 0},
        }

    def _touch(self, task: Mapping[str, Any]) -> None:
        self._count += 1
        self._changed.pop(task["id"], None)
        self._changed[task["id"]] = self._count


def _stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _moved(text: str, days: int) -> str:
    """A due date some days later, in its own form."""
    day = date.fromisoformat(text[:10]) + timedelta(days=days)
    return day.isoformat() + text[10:]
