"""`python -m oo.testing.todoist PORT`: the stand-in as a process of its own, until its input ends."""

from __future__ import annotations

import argparse
import sys
from datetime import timedelta

from oo.kernel.clock import SystemClock
from oo.testing.standins.serving import Standing
from oo.testing.todoist.server import Todoist


def main() -> None:
    """Serve accounts with so many tasks, and so many that are done."""
    read = argparse.ArgumentParser(prog="python -m oo.testing.todoist", description=__doc__)
    read.add_argument("port", type=int)
    read.add_argument("--accounts", type=int, default=1)
    read.add_argument("--tasks", type=int, default=20)
    read.add_argument("--finished", type=int, default=0)
    read.add_argument("--delay", type=float, default=0.0, help="seconds that an answer takes")
    read.add_argument("--asks", action="store_true", help="show the page for consent")
    given = read.parse_args()
    clock = SystemClock()
    todoist = Todoist(clock.now, asks=given.asks, delay=given.delay)
    for number in range(given.accounts):
        account = todoist.account(f"{number + 1}")
        home = account.project("Home")
        for task in range(given.tasks):
            account.add(f"Thing {task} to do", project_id=home, priority=1 + task % 4)
        for done in range(given.finished):
            at = clock.now() - timedelta(days=360) * (1 - done / given.finished)
            account.finished(f"Thing {done} that was done", at, project_id=home)
    with Standing(todoist.faults, port=given.port) as server:
        print(server.url, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
