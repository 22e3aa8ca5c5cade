"""This machine's disk as `integrations` asks for it: places within the allowed folders, and their files."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from oo.contracts.connectors import Files
from oo.contracts.disk import Listing, Place
from oo.contracts.errors import Unusable
from oo.entry.disk import DiskFiles, translated
from oo.kernel.files import Folders

if TYPE_CHECKING:
    from oo.contracts.manifests import FileRules


class LocalDisk:
    """Keeps the promise `Disk`."""

    def __init__(self, allowed: Iterable[Path]) -> None:
        self._folders = Folders(allowed)

    async def place(self, *, path: str, trusted: bool = False) -> Place:
        """See `Disk.place`."""
        return await asyncio.to_thread(self._place, path, trusted)

    async def listing(self, *, path: str | None) -> Listing:
        """See `Disk.listing`."""
        with translated():
            found = await asyncio.to_thread(self._folders.listing, path)
        parent = None if found.parent is None else str(found.parent)
        return Listing(str(found.path), parent, tuple(map(str, found.folders)), tuple(map(str, found.files)))

    def files(self, *, path: str, rules: FileRules, trusted: bool = False) -> Files:
        """See `Disk.files`."""
        return DiskFiles(
            Path(path),
            patterns=rules.patterns,
            siblings=rules.siblings,
            largest=rules.max_bytes,
            folders=None if trusted else self._folders,
        )

    def _place(self, path: str, trusted: bool) -> Place:
        with translated():
            real = Path(path).expanduser().resolve() if trusted else self._folders.resolve(path)
        try:
            exists, is_folder = real.exists(), real.is_dir()
        except OSError as error:
            raise Unusable("There is no such file or folder.") from error
        if not exists:
            raise Unusable("There is no such file or folder.")
        return Place(str(real), is_folder)
