"""`python -m benchmarks.left_out PRIORS HISTORY --at TIMES --json`: `oo replay` by a prior that never saw HISTORY."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from oo.engine.policies.hierarchical_logit import HierarchicalLogit, Prior
from oo.entry.commands.replay import run


def main(arguments: list[str]) -> int:
    """Rank at each instant, with the prior `PRIORS/<name of the history>/prior.json`."""
    priors, history, _, times, *_ = arguments
    row = json.loads((Path(priors) / Path(history).stem / "prior.json").read_text(encoding="utf-8"))
    run(Path(history), Path(times), sys.stdout, HierarchicalLogit(Prior.read(row)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
