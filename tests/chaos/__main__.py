"""`python -m tests.chaos`: one line a bar, and 1 as the exit status when one was missed.

With `--break` every bar runs its positive control, which must miss: the exit status is 1 when all of them did, and 0
when one was met although a part was taken out (such a bar proves nothing).
"""

from __future__ import annotations

import argparse
import random
import signal
import sys
import time
import traceback
from types import FrameType

from tests.chaos.outcome import CannotRun, Outcome, bars, load

SECONDS = 600
"""A bar that takes longer hangs, and is missed."""


def main() -> int:
    """Run the bars that were asked for, all when none was."""
    asked = _arguments()
    known = bars()
    wanted = [int(number) for number in asked.bars.split(",") if number.strip()] or sorted(known)
    unknown = [number for number in wanted if number not in known]
    if unknown:
        sys.stderr.write(f"There is no bar {unknown[0]}; there are {', '.join(map(str, sorted(known)))}.\n")
        return 2
    seed = asked.seed if asked.seed is not None else random.SystemRandom().randrange(1_000_000)
    print(f"seed {seed}", flush=True)
    met = [_one(number, known[number], seed, asked.broken, asked.brief) for number in wanted]
    if asked.broken:
        return 0 if True in met else 1
    return 1 if False in met else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--bars", default="", help="numbers, separated by commas")
    parser.add_argument("--seed", type=int, default=None, help="draws the faults; printed when left out")
    parser.add_argument("--break", dest="broken", action="store_true", help="the positive controls, which must miss")
    parser.add_argument("--brief", action="store_true", help="the short forms, as CI runs them")
    return parser.parse_args()


def _one(number: int, module: str, seed: int, broken: bool, brief: bool) -> bool | None:
    """Run a bar and print its line; whether it was met, None when it can't run here."""
    began = time.monotonic()
    signal.signal(signal.SIGALRM, _too_long)
    signal.alarm(SECONDS)
    try:
        outcome = load(module)(seed, broken, brief)
    except CannotRun as reason:
        print(f"bar {number} skipped: {reason}", flush=True)
        return None
    except Exception as error:
        traceback.print_exc(limit=-3, chain=False)
        outcome = Outcome(False, f"{type(error).__name__}: {error}")
        if broken:  # a harness that fails is no control
            print(f"bar {number} control could not run: {outcome.line}", flush=True)
            return True
    finally:
        signal.alarm(0)
    took = f"[{time.monotonic() - began:.0f} s]"
    if broken:
        said = "control PASSED, this bar proves nothing" if outcome.ok else "control failed as it must"
    else:
        said = "ok" if outcome.ok else "MISSED"
    print(f"bar {number} {said}: {outcome.line} {took}", flush=True)
    return outcome.ok


def _too_long(_signal: int, _frame: FrameType | None) -> None:
    raise TimeoutError(f"not through after {SECONDS} s")


if __name__ == "__main__":
    sys.exit(main())
