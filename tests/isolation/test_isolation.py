"""Every route of the application, asked by everybody for Milo's things.

The routes come from the application itself: one that is new, and takes a change, fails here until it is described.
"""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from oo.entry.server import PUBLIC

pytestmark = pytest.mark.anyio

STRANGERS = ("anonymous", "expired", "deleted")
MEMBERS = ("other", "admin")
NOBODYS = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
SUBSCRIPTION = {
    "endpoint": "https://fcm.googleapis.com/fcm/send/own",
    "keys": {
        "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "auth": "BTBZMqHH6r4Tts7J_aSIgg",
    },
}
"""Of whoever asks; the keys are those of RFC 8291's example."""

CHANGES: dict[str, dict[str, str]] = {
    "/": {"tip": "{tip}", "key": "k-{who}", "action": "done"},
    "/hold": {"tip": "{tip}"},
    "/begin": {"thing": "Something of my own"},
    "/zone": {"zone": "Europe/Berlin"},
    "/connect/files": {"path": "/etc"},
    "/connect/folder": {"path": "/etc"},
    "/connect/upload": {},
    "/connect/mind": {"thing": "Something of my own"},
    "/connect/new/{connector}": {"address": "https://example.org"},
    "/connect/new/{connector}/allow": {"address": "https://example.org"},
    "/connect/new/{connector}/allowed": {},
    "/hooks/{connector}": {},
    "/connect/{connection}/read": {},
    "/connect/{connection}/forget": {},
    "/settings": {"language": "en"},
    "/settings/context": {"context": "focus"},
    "/settings/rule": {"context": "work", "day": "1"},
    "/settings/consents": {"task_titles": "true"},
    "/settings/agents": {"momentum": "true"},
    "/settings/known": {"scope": "momentum", "key": "stdev", "do": "delete"},
    "/settings/allow": {"hold": "{hold}"},
    "/settings/sign-out": {"session": "{session}"},
    "/settings/erase": {"name": "Milo"},
    "/settings/ways/remove": {"way": "{way}"},
    "/agree": {},
    "/settings/often": {"a_day": "2"},
    "/settings/quiet": {"quiet": "none"},
    "/settings/way": {"channel": "webhook", "url": "https://example.org/", "secret": "a secret of my very own"},
    "/settings/way/test": {"device": "{device}"},
    "/settings/way/stop": {"device": "{device}"},
    "/answer/{verb}/{token}": {},
}
"""What a page sends to each route that changes something, with Milo's ids in the places."""
CALLS: dict[str, dict[str, Any]] = {
    "/recommend": {},
    "/generate": {},
    "/agents/compute": {},
    "/agents/{agent}/infer": {},
    "/api/recommend": {},
    "/api/auth/token": {"token": "a guess of 32 characters or more, wrong"},
    "/sign-in/passkey/options": {},
    "/sign-in/passkey": {"credential": {}},
    "/settings/passkeys/options": {},
    "/settings/passkeys": {"credential": {}, "name": "a"},
    "/api/policies/promote": {"policy": "newest"},
    "/api/policies/roll-back": {},
    "/api/profile/prefs/{scope}": {"prefs": {"preferred_hour": 9.0}},
    "/api/profile/consents": {"consents": {"mood_habits": True}},
    "/api/profile/contexts": {"contexts": {"work": {"on": None}}},
    "/api/agents/{agent}/compute": {},
    "/api/feedback": {"key": "k-{who}", "tip": "{tip}", "action": "done"},
    "/push/on": {"subscription": SUBSCRIPTION},
    "/push/renew": {"device": "{device}", "subscription": SUBSCRIPTION},
    "/push/here": {"device": "{device}", "subscription": SUBSCRIPTION},
    "/react": {"token": NOBODYS, "action": "done"},
    "/kept": {"person": "{who}", "reactions": [{"key": "k-{who}", "tip": "{tip}", "action": "done"}]},
}
"""The same for what takes JSON."""
SERVICE = ("/recommend", "/generate", "/agents/registry", "/agents/compute", "/agents/{agent}/infer")
"""What is for our own processes, and asks everybody for a pass, members too."""


def filled(template: str, ids: dict[str, str], who: str) -> str:
    return re.sub(r"\{(\w+)\}", lambda place: {"who": who, **ids}.get(place[1], NOBODYS), template)


def body_of(path: str, ids: dict[str, str], who: str) -> dict[str, Any]:
    if path in CALLS:
        return {"data": json.loads(filled(json.dumps(CALLS[path]), ids, who))}
    return {"form": {name: filled(value, ids, who) for name, value in CHANGES[path].items()}}


def asked(world: Any) -> list[tuple[str, str]]:
    """Every method and path of the application."""
    return [(method, route.path) for route in world.routes for method in sorted(route.methods or ())]


async def test_every_route_that_changes_something_is_described_here(world: Any) -> None:
    changing = {path for method, path in asked(world) if method not in ("GET", "HEAD")}
    assert changing == set(CHANGES) | set(CALLS)


async def test_nothing_changes_by_get(world: Any) -> None:
    before = await world.export()
    for method, path in asked(world):
        if method in ("GET", "HEAD") and path != "/":
            await world.ask("milo", method, filled(path, {**world.milos, "token": NOBODYS}, "milo"))
    assert await world.export() == before


@pytest.mark.parametrize("who", STRANGERS)
async def test_without_a_living_session_every_route_but_the_public_ones_refuses(world: Any, who: str) -> None:
    before = await world.export()
    for method, path in asked(world):
        address = filled(path, world.milos, who)
        sent = {} if method in ("GET", "HEAD") else body_of(path, world.milos, who)
        answer = await world.ask(who, method, address, **sent)
        if path in SERVICE:
            assert answer.status == 401, (method, path, answer)
        elif address in PUBLIC:
            assert answer.status in (200, 204, 403, 404, 410, 422), (method, path, answer)
        elif path.startswith("/api/"):
            assert answer.status == 401, (method, path, answer)
        else:
            assert (answer.status, answer.headers["location"]) == (303, "/sign-in"), (method, path, answer)
        assert not any(word in answer.text for word in world.canaries), (method, path)
    assert await world.export() == before


@pytest.mark.parametrize("who", MEMBERS)
async def test_another_person_neither_reads_nor_changes_anything(world: Any, who: str) -> None:
    before = await world.export()
    for method, path in asked(world):
        sent = {} if method in ("GET", "HEAD") else body_of(path, world.milos, who)
        answer = await world.ask(who, method, filled(path, world.milos, who), **sent)
        assert answer.status < 500, (method, path, answer)
        assert path not in SERVICE or answer.status == 401, (method, path, answer)
        text = answer.text
        assert not any(word in text for word in world.canaries), (method, path)
        shown = [name for name, value in world.milos.items() if name != "connection" and value in text]
        assert not shown, (method, path, shown)
    assert await world.export() == before


@pytest.mark.parametrize("who", MEMBERS)
async def test_missing_and_foreign_are_the_same(world: Any, who: str) -> None:
    missing = dict.fromkeys(world.milos, NOBODYS)
    compared = 0
    for method, path in asked(world):
        sent = {} if method in ("GET", "HEAD") else body_of(path, world.milos, who)
        if not re.search("{(?!token|name)", path) and "{" not in str({**CHANGES, **CALLS}.get(path, "")):
            continue
        sent = {} if method in ("GET", "HEAD") else body_of(path, world.milos, who)
        foreign = await world.ask(who, method, filled(path, world.milos, who), **sent)
        sent = {} if method in ("GET", "HEAD") else body_of(path, missing, who)
        nobodys = await world.ask(who, method, filled(path, missing, who), **sent)
        assert foreign.status == nobodys.status, (method, path, foreign, nobodys)
        assert plain(foreign.text, world.milos) == plain(nobodys.text, missing), (method, path)
        if "{connection}" in path or path in ("/api/feedback", "/settings/allow", "/settings/sign-out"):
            assert foreign.status == 404, (method, path, foreign)
        compared += 1
    assert compared >= 8


def plain(text: str, ids: dict[str, str]) -> str:
    """A page without what differs from one drawing to the next: identities, keys and tokens."""
    for value in ids.values():
        text = text.replace(value, "")
    return re.sub(r'value="[\w-]{26,}"|data-id="\w+"', "", text)


async def test_an_address_that_does_not_exist_is_nothing_to_members_and_the_door_to_strangers(world: Any) -> None:
    for path in ("/admin", "/connect/x/y", "/api/nothing", "/.env", "/static/../settings"):
        member = await world.ask("other", "GET", path)
        assert member.status == 404, path
        stranger = await world.ask("anonymous", "GET", path)
        assert stranger.status in ((401,) if path.startswith("/api/") else (303, 404)), path


async def test_a_method_that_a_route_does_not_take_is_said(world: Any) -> None:
    answer = await world.ask("other", "DELETE", "/settings", form={})
    assert answer.status == 405
    assert "GET" in answer.headers["allow"]
