"""The command: `python -m oo.testing.scaffold`."""

from __future__ import annotations

import sys

from oo.testing.scaffold import main

sys.exit(main())
