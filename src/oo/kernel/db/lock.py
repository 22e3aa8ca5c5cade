"""Who has the data folder: one process, as two writers on one SQLite file would meet the WAL-reset bug and break group
commit; or several that keep their data on Postgres, and have the instance's key in it.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from types import TracebackType


class DataInUse(Exception):
    """Another oO process has this data folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"Another oO runs on {folder}; stop it first, or give this one its own --data folder.")


class DataLock:
    """Holds `<folder>/oo.lock` for as long as this process has the folder, alone unless it is `shared`.

    The system frees it when the process ends.
    """

    def __init__(self, folder: Path, *, shared: bool = False) -> None:
        self._folder = folder
        self._how = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        self._file: int | None = None

    def __enter__(self) -> DataLock:
        """Take the lock or raise `DataInUse` at once."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = os.open(self._folder / "oo.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, self._how | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            raise DataInUse(self._folder) from None
        self._file = file
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Free the lock."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
