"""`python -m benchmarks.sim1 [PYTHON OF THE PEERS]`: prints the table."""

from __future__ import annotations

import sys

from benchmarks.sim1.table import main

sys.exit(main(sys.argv[1:]))
