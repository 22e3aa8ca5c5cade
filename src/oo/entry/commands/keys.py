"""`oo keys`: changing keys that oO made for itself."""

from __future__ import annotations

from typing import TextIO

from oo.entry.commands.deed import done
from oo.kernel.clock import SystemClock
from oo.kernel.ids import UlidIds
from oo.kernel.settings import Settings
from oo.ml.serving import pass_keys

KEY = "instance.key"


def rotate(settings: Settings, out: TextIO) -> None:
    """Change the instance key, and the key of passes; running processes see both by themselves."""
    count = done(settings, {"do": "rotate-keys"})
    people = "one person" if count == 1 else f"{count} people"
    out.write(f"The instance key is a new one and wraps the keys of {people}. Back up {settings.data / KEY}, apart.\n")
    clock = SystemClock()
    keys = pass_keys(settings, clock, UlidIds(clock))
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    kid = keys.rotate()
    out.write(f"Passes between processes are signed with {kid} from now on ({keys.path}).\n")
