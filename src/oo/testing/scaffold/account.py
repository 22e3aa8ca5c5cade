"""What a new connector of accounts begins with: OAuth by its manifest, one list of things, a recording."""

from __future__ import annotations

MANIFEST = """\
name = "{title}"
summary = "One line of what it reads."
version = "0.1.0"
stage = "shadow"
kind = "account"
why = "Why that is worth reading, in one line."
reads = "Open things with their words and dates."
writes = "Nothing."
keeps = "Counts and dates; words for a day, and the token, encrypted with your own key."

[oauth]
provider = "{word}"
authorize = "https://{word}.example.com/oauth/authorize"
token = "https://{word}.example.com/oauth/token"
revoke = "https://{word}.example.com/oauth/revoke"
api = "https://api.{word}.example.com/v1/"
scopes = ["read"]
console = "https://{word}.example.com/developers"
steps = [
    "Make an app there, with exactly this redirect address: {{redirect}}",
    "Give oO its id and secret as OO_{upper}_CLIENT_ID and OO_{upper}_CLIENT_SECRET, and start it anew.",
]
"""

README = """\
# {title}

Reads: what, from which endpoints. Writes: what, when. Keeps: what, how long. Facts of the API, with their source. What
a cursor holds; what each error means.
"""

PLUGIN = '''\
"""The {title} connector: the open things of an account, page by page."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from oo.contracts.connectors import Action, Batch, Reconnect, Source, TryLater, Unread, Unsupported
from oo.contracts.ids import Ref
from oo.contracts.items import Facts, Item

MOST_PAGES = 100
STRANGE = "{title} answered in a way that oO cannot read."


class {kind}:
    """Reads the open things of an account; writes nothing."""

    async def pull(self, source: Source, cursor: str | None) -> Batch | None:
        """Everything that is there now, or None when nothing changed since the cursor."""
        items, unread = await everything(source)
        fresh = digest(*(f"{{item.facts.ref}} {{item.facts.version}}" for item in items))
        return None if cursor == fresh else Batch(cursor=fresh, items=tuple(items), unread=tuple(unread))

    async def read(self, source: Source, refs: Sequence[Ref]) -> list[Item]:
        """The named things with their words; missing ones are left out."""
        items = (await everything(source))[0] if refs else []
        return [item for item in items if item.facts.ref in refs]

    async def act(self, source: Source, action: Action) -> None:
        """Nothing can be written; raises `Unsupported`."""
        raise Unsupported


async def everything(source: Source) -> tuple[list[Item], list[Unread]]:
    """Every open thing, and those that can't be read; raises `TryLater` and `Reconnect`."""
    if source.http is None:
        raise Reconnect
    items: list[Item] = []
    unread: list[Unread] = []
    following = ""
    for _ in range(MOST_PAGES):
        params = {{"state": "open"}} | ({{"page": following}} if following else {{}})
        # The client adds the token, renews it, and turns 401, 429, 5xx and web pages into Reconnect and TryLater.
        page = (await source.http.ask("GET", "things", params=params)).json()
        if not isinstance(page, Mapping) or not isinstance(page.get("items"), list):
            raise TryLater(STRANGE, timedelta(minutes=15))
        for number, one in enumerate(page["items"], 1):
            try:
                items.append(item_of(source, one))
            except (KeyError, TypeError, ValueError, AttributeError):
                unread.append(Unread("{title}", number, "A thing that can't be read."))
        following = page.get("next") or ""
        if not isinstance(following, str) or not following:
            break
    return list({{item.facts.ref: item for item in items}}.values()), unread


def item_of(source: Source, one: Mapping[str, Any]) -> Item:
    """One thing in the normal form; raises `ValueError` and its like when it is no such thing."""
    title = " ".join(one["title"].split())
    if not title:
        raise ValueError("no words")
    due = date.fromisoformat(one["due"]) if one.get("due") else None
    ref = source.ref(digest(source.connection, str(one["id"])))
    return Item(Facts(ref=ref, version=digest(title, str(due)), due=due), title=title)


def digest(*parts: str) -> str:
    """A short token that holds no words of the person."""
    return hashlib.sha256("\\0".join(parts).encode(errors="replace")).hexdigest()[:16]


plugin = {kind}()
'''

RECORDING = """\
{{
 "base": "https://api.{word}.example.com/v1/",
 "exchanges": [
  {{
   "method": "GET",
   "address": "things",
   "sent": {{"params": {{"state": "open"}}}},
   "status": 200,
   "headers": {{"content-type": "application/json"}},
   "json": {{"items": [{{"id": 1, "title": "Call the plumber", "due": "2026-11-22"}}], "next": "2"}}
  }},
  {{
   "method": "GET",
   "address": "things",
   "sent": {{"params": {{"state": "open", "page": "2"}}}},
   "status": 200,
   "headers": {{"content-type": "application/json"}},
   "json": {{"items": [{{"id": 2, "title": "Water the plants"}}]}}
  }}
 ]
}}
"""

TEST = '''\
"""What the conformance suite can't know of {title}."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from oo.contracts.connectors import Source
from oo.contracts.ids import ConnectionId
from {package}.plugin import digest, plugin
from oo.testing.connectors import NOW
from oo.testing.recordings import Recorded, recording_of

RECORDING = Path(__file__).with_name("samples") / "things.json"


@pytest.mark.anyio
async def test_every_page_is_read() -> None:
    http = Recorded(recording_of(RECORDING.read_text(encoding="utf-8")))
    batch = await plugin.pull(Source(ConnectionId("c"), NOW, "Europe/Berlin", http=http), None)
    assert batch is not None
    assert [(item.title, item.facts.due) for item in batch.items] == [
        ("Call the plumber", date(2026, 11, 22)),
        ("Water the plants", None),
    ]


def test_a_key_holds_no_words() -> None:
    assert "plumber" not in digest("Call the plumber")
'''

FILES: dict[str, str] = {
    "manifest.toml": MANIFEST,
    "README.md": README,
    "__init__.py": "",
    "plugin.py": PLUGIN,
    "tests/__init__.py": "",
    "tests/samples/things.json": RECORDING,
    "tests/test_plugin.py": TEST,
}
