"""Files on disk and their stand-in in memory pass the same suite."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from oo.contracts.connectors import Files
from oo.entry.disk import DiskFiles
from oo.kernel.files import Folders
from oo.testing.files import CHECKS, MemoryFiles, Open


@pytest.fixture(params=["memory", "disk", "disk within folders"])
def open_files(request: pytest.FixtureRequest, tmp_path: Path) -> Open:
    made = 0

    def on_disk(content: Mapping[str, bytes]) -> Files:
        nonlocal made
        made += 1
        folder = tmp_path / str(made)
        folder.mkdir()
        for name, data in content.items():
            (folder / name).write_bytes(data)
        return DiskFiles(folder, folders=Folders([tmp_path]) if "within" in request.param else None)

    return MemoryFiles if request.param == "memory" else on_disk


@pytest.mark.anyio
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
async def test_the_files_keep_the_promise(open_files: Open, check: object) -> None:
    assert callable(check)
    await check(open_files)
