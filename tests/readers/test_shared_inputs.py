"""Real files that strangers wrote, whole and damaged: read as far as they can be, and nothing raised."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from oo.contracts.connectors import Batch
from oo.contracts.errors import Unusable
from oo.contracts.manifests import ConnectorManifest
from oo.kernel.plugins import Plugin, discover
from oo.testing.connectors import Case

pytestmark = pytest.mark.anyio
FOLDERS = ("taskwarrior", "markdown", "org")
CUTS = 6


def case(connector: str, name: str, data: bytes) -> Case:
    plugin: Plugin[Any] = discover("connectors", ConnectorManifest.model_validate).plugins[connector]
    return Case(connector, plugin.load(), plugin.manifest, {name: data})


def inputs(shared: Path, connector: str) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((shared / "inputs" / connector).iterdir())}


def sound(batch: Batch, data: bytes) -> None:
    refs = [item.facts.ref for item in batch.items]
    assert len(refs) == len(set(refs))
    assert all(item.title.strip() for item in batch.items)
    assert all(0 <= note.line <= data.count(b"\n") + data.count(b"\r") + 1 for note in batch.unread)


@pytest.mark.parametrize("connector", FOLDERS)
async def test_every_file_is_read_whole_and_damaged(shared: Path, connector: str) -> None:
    chance = random.Random(26)
    for name, data in inputs(shared, connector).items():
        sound(await case(connector, name, data).pull(), data)
        for _ in range(CUTS if len(data) < 100_000 else 1):
            changed = bytearray(data[: chance.randrange(len(data) + 1)])
            for _ in range(min(20, len(changed))):
                changed[chance.randrange(len(changed))] = chance.randrange(256)
            try:
                sound(await case(connector, name, bytes(changed)).pull(), bytes(changed))
            except Unusable:  # a byte order mark of UTF-16, or no text any more
                continue


@pytest.mark.parametrize("connector", FOLDERS)
async def test_a_folder_of_all_of_them_is_read_at_once(shared: Path, connector: str) -> None:
    files = inputs(shared, connector)
    one = Case(connector, case(connector, "", b"").connector, case(connector, "", b"").manifest, files)
    batch = await one.pull()
    assert len({item.facts.ref for item in batch.items}) == len(batch.items)
    assert {note.file for note in batch.unread} <= set(files)


async def test_no_box_of_a_note_is_lost(shared: Path) -> None:
    manifest = json.loads((shared / "inputs" / "MANIFEST.json").read_text())
    entries = {one["file"]: one["entries"] for one in manifest}
    in_code = {"obsidian.Callouts_and_Block_Quotes.md": 1}
    for name, data in inputs(shared, "markdown").items():
        batch = await case("markdown", name, data).pull()
        assert len(batch.items) == entries[f"markdown/{name}"] - in_code.get(name, 0), name


async def test_no_task_of_taskwarrior_is_lost(shared: Path) -> None:
    for name, data in inputs(shared, "taskwarrior").items():
        lines = [line for line in data.splitlines() if b"uuid" in line and b"recurring" not in line]
        batch = await case("taskwarrior", name, data).pull()
        if name.endswith((".pending.data", ".completed.data")):
            assert len(batch.items) == len(lines), name
            assert batch.unread == ()
        if name == "person3.export.json":
            assert len(batch.unread) == 1, "this one ends within a task"


async def test_an_export_and_the_data_files_say_the_same(shared: Path) -> None:
    files = inputs(shared, "taskwarrior")
    for person in ("person1", "person2"):
        one = case("taskwarrior", "export.json", files[f"{person}.export.json"])
        kept = {f"{kind}.data": files[f"{person}.{kind}.data"] for kind in ("pending", "completed")}
        in_data = {
            item.facts.ref: item for item in (await Case(one.id, one.connector, one.manifest, kept).pull()).items
        }
        export = {item.facts.ref: item for item in (await one.pull()).items}
        assert export.keys() == in_data.keys()
        for ref, item in export.items():
            other = in_data[ref]
            # The names of brackets (`&open;`) were replaced with the words in these files.
            assert item.title == other.title or "&" in other.title
            assert replace(item.facts, version="") == replace(other.facts, version="")
