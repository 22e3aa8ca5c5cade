"""`oo keys`: changing keys that oO made for itself."""

from __future__ import annotations

from typing import TextIO

from oo.kernel.clock import SystemClock
from oo.kernel.ids import UlidIds
from oo.kernel.settings import Settings
from oo.ml.serving import pass_keys


def rotate(settings: Settings, out: TextIO) -> None:
    """Change the key of passes; running processes see it at their next one."""
    clock = SystemClock()
    keys = pass_keys(settings, clock, UlidIds(clock))
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    kid = keys.rotate()
    out.write(f"Passes between processes are signed with {kid} from now on ({keys.path}).\n")
