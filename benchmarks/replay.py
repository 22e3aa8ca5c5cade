"""Replays of real histories: what `oo replay` ranks beside the fixed rules, by the scorer that comes with the data."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks.report import Figure

TRACKS = {"E": "before a sitting", "D": "the day", "O": "the day, tasks at least a week old"}
WITHIN = 0.9
"""On D and O the rule has to reach this share of the best fixed one."""
BEATEN = ("random", "oldest", "priority_due")
SECONDS = 60.0


def replays(shared: Path | None = None) -> tuple[list[Figure], str]:
    """The figures of all open histories and a table of the tracks; without the data none, and a line that says so."""
    folder = shared or Path(os.environ.get("OO_SHARED") or Path(__file__).parents[2] / "shared")
    scorer = folder / "replay" / "score.py"
    if not scorer.is_file():
        return [], "Replays: the shared data is not here (set OO_SHARED, or put it beside the checkout as ../shared)."
    started = perf_counter()
    report = score(scorer, f"{Path(sys.executable).parent / 'oo'} replay")
    figures = [figure for track in TRACKS for figure in judged(track, report[track])]
    took = perf_counter() - started
    figures.append(
        Figure("replay of all open histories", took, "s", "< 60 s", SECONDS, "three tracks, process starts included")
    )
    return figures, table(report)


def score(scorer: Path, command: str) -> Mapping[str, Any]:
    """The scorer's report on a command, by track."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.json"
        subprocess.run(
            [sys.executable, str(scorer), "--command", command, "--json", str(path)],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        report: Mapping[str, Any] = json.loads(path.read_text())
    return report


def judged(track: str, report: Mapping[str, Any]) -> list[Figure]:
    """What is asked of the mean reciprocal rank on a track."""
    ranks = {name: mean[2] for name, mean in report["mean"].items()}
    ours = ranks.pop("COMMAND")
    best = max(ranks, key=lambda name: ranks[name])
    beaten = max(ranks[name] for name in BEATEN)
    gain, low, high = report["gain"]["mrr"]
    note = f"GAIN over {best}: {gain:+.3f}, 95 % interval {low:+.3f} to {high:+.3f}"
    found = [
        Figure(f"replay {track}: MRR", ours, "", f"> {', '.join(BEATEN)} ({beaten:.3f})", beaten, note, higher=True)
    ]
    if track != "E":
        limit = WITHIN * ranks[best]
        note = f"{TRACKS[track]}; {best} has {ranks[best]:.3f}"
        found.append(
            Figure(f"replay {track}: MRR", ours, "", f"≥ 0.9 of the best ({limit:.3f})", limit, note, higher=True)
        )
    return found


def table(report: Mapping[str, Any]) -> str:
    """Hit@1, hit@5 and mean reciprocal rank of every rule, by track."""
    names = list(report["E"]["mean"])
    lines = ["## Replays (hit@1 / hit@5 / MRR, means over histories)", ""]
    lines += [
        "| rule | " + " | ".join(f"{track}: {what}" for track, what in TRACKS.items()) + " |",
        "|---|---|---|---|",
    ]
    for name in names:
        cells = [" / ".join(f"{value:.3f}" for value in report[track]["mean"][name]) for track in TRACKS]
        lines.append(f"| {'oo replay' if name == 'COMMAND' else name} | " + " | ".join(cells) + " |")
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    found, text = replays()
    print(*(figure.line() for figure in found), "", text, sep="\n")
