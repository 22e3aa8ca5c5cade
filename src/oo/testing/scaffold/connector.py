"""What a new connector begins with."""

from __future__ import annotations

MANIFEST = """\
name = "{title}"
summary = "One line of what it reads."
version = "0.1.0"
stage = "shadow"
kind = "files"
reads = "Every line of the file, as one thing to do."
writes = "Nothing."
keeps = "Counts; words for a day, encrypted with your own key."

[files]
suffixes = [".{id}"]
patterns = ["*.{id}"]
"""

README = """\
# {title}

Reads: what, from where. Writes: what, when. Keeps: what, how long. Facts of the format or the API, with their source.
"""

PLUGIN = '''\
"""The {title} connector: one thing to do a line."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from oo.contracts.connectors import Action, Batch, Source, Unread, Unsupported
from oo.contracts.errors import Unusable
from oo.contracts.ids import Ref
from oo.contracts.items import Facts, Item


class {kind}:
    """Reads files with one thing to do a line; writes nothing."""

    async def pull(self, source: Source, cursor: str | None) -> Batch | None:
        """Everything that is there now, or None when nothing changed since the cursor."""
        stats = await source.files.list() if source.files else ()
        fresh = digest(*(part for stat in stats for part in (stat.path, stat.version)))
        if cursor == fresh:
            return None
        items, unread = await everything(source)
        if stats and len(unread) == len(stats):
            raise Unusable(unread[0].reason)
        return Batch(cursor=fresh, items=tuple(items), unread=tuple(unread))

    async def read(self, source: Source, refs: Sequence[Ref]) -> list[Item]:
        """The named things with their words; missing ones are left out."""
        items, _ = await everything(source)
        return [item for item in items if item.facts.ref in refs]

    async def act(self, source: Source, action: Action) -> None:
        """Nothing can be written; raises `Unsupported`."""
        raise Unsupported


async def everything(source: Source) -> tuple[list[Item], list[Unread]]:
    """Every thing in every file, and the files that can't be read."""
    items: dict[Ref, Item] = {{}}
    unread: list[Unread] = []
    for stat in await source.files.list() if source.files else ():
        try:
            content = await source.files.read(stat.path)  # type: ignore[union-attr]
        except Unusable as reason:
            unread.append(Unread(stat.path, 0, str(reason)))
            continue
        for line in content.data.decode(errors="replace").splitlines():
            if title := line.strip():
                ref = source.ref(digest(source.connection, stat.path, title))
                items[ref] = Item(Facts(ref=ref, version=digest(line)), title=title)
    return list(items.values()), unread


def digest(*parts: str) -> str:
    """A short token that holds no words of the person."""
    return hashlib.sha256("\\0".join(parts).encode(errors="replace")).hexdigest()[:16]


plugin = {kind}()
'''

TEST = '''\
"""What the conformance suite can't know of {title}."""

from __future__ import annotations

from {package}.plugin import digest


def test_a_key_holds_no_words() -> None:
    assert "plumber" not in digest("Call the plumber")
'''

FILES: dict[str, str] = {
    "manifest.toml": MANIFEST,
    "README.md": README,
    "__init__.py": "",
    "plugin.py": PLUGIN,
    "tests/__init__.py": "",
    "tests/test_plugin.py": TEST,
}
