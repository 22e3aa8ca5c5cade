"""`python -m benchmarks learner`: the learner on every open history, by a prior that never saw it."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from benchmarks import prior
from benchmarks.replay import TRACKS, score
from benchmarks.report import Figure


def learner(shared: Path | None = None) -> tuple[list[Figure], str]:
    """The gain on each track, and a table; without the data none, and a line that says so."""
    folder = shared or Path(os.environ.get("OO_SHARED") or Path(__file__).parents[2] / "shared")
    paths = sorted((folder / "replay" / "histories").glob("*.jsonl"))
    if not paths:
        return (
            [],
            "The learner: the shared data is not here (set OO_SHARED, or put it beside the checkout as ../shared).",
        )
    with tempfile.TemporaryDirectory() as priors:
        jobs = [["--without", path.stem, "--to", str(Path(priors) / path.stem)] for path in paths]
        with ProcessPoolExecutor(2) as pool:
            assert list(pool.map(prior.main, jobs)) == [0] * len(jobs)
        report = score(folder / "replay" / "score.py", f"{sys.executable} -m benchmarks.left_out {priors}")
    figures, lines = (
        [],
        [
            "## The learner on open histories, the scored one left out of its prior and hyper-parameters (MRR)",
            "",
            "| track | learner | best fixed rule | gain, 95 % interval |",
            "|---|---|---|---|",
        ],
    )
    for track, what in TRACKS.items():
        found = report[track]
        best, (gain, low, high) = found["gain"]["over"], found["gain"]["mrr"]
        ours, theirs = found["mean"]["COMMAND"][2], found["mean"][best][2]
        note = f"95 % interval {low:+.3f} to {high:+.3f} over {best}; aim: above 0 throughout"
        figures.append(Figure(f"learner {track}: gain in MRR, left out", gain, "", "> 0", 0.0, note, higher=True))
        lines.append(
            f"| {track}: {what} | {ours:.3f} | {best} {theirs:.3f} | {gain:+.3f} ({low:+.3f} to {high:+.3f}) |"
        )
    return figures, "\n".join([*lines, ""])


def main(arguments: Sequence[str]) -> int:
    """Print; 1 when a gain is missed."""
    figures, table = learner()
    print(*(figure.said() for figure in figures), "", table, sep="\n")
    return int(not all(figure.met for figure in figures))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
