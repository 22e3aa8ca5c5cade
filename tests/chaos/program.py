"""The real program with one more room, and with `CHAOS_BREAK` one part taken out: what the bars start and kill.

Run by its path, with the arguments of `oo`.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path


def main() -> None:
    """Run `oo` with the ledger room."""
    sys.path[0] = str(Path(__file__).parents[2])
    from tests.chaos import breaks, ledger

    from oo.entry import wiring

    wiring.MODULES = (*wiring.MODULES, ledger.module)
    for name in filter(None, os.environ.get("CHAOS_BREAK", "").split(",")):
        breaks.BREAKS[name]()

    from oo.entry import cli

    cli.main()


if __name__ == "__main__":
    main()
