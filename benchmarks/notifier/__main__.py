"""`python -m benchmarks.notifier PEOPLE DAYS SECONDS`: a smaller year."""

from __future__ import annotations

import sys

from benchmarks.notifier import notifier

if __name__ == "__main__":
    for figure in notifier(*(int(word) for word in sys.argv[1:4])):
        print(f"  {figure.said()}", flush=True)
