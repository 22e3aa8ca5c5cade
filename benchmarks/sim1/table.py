"""The table of oO-sim-1, with standard errors over sixty people: `python -m benchmarks sim1`, `make bench-peers`."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from benchmarks.report import Figure
from benchmarks.sim1.people import people
from benchmarks.sim1.policies import OURS, lineup
from benchmarks.sim1.run import MARKS, Played, play, row

SEEDS, EACH = (1, 2, 3), 20
WHO = tuple((seed, number) for seed in SEEDS for number in range(EACH))
LUCK = 5
"""The seed of the draws."""
ASKED = {20: (0.50, 0.45), 50: (0.35, 0.31), 200: (0.18, 0.16), 2000: (0.11, 0.095)}
KEPT = Path(__file__).parent / "PEERS.md"


def tables() -> tuple[list[Figure], str]:
    """Our figures and the table of our policies."""
    everybody = people(WHO)
    played = {name: play(everybody, chooser, floor, LUCK) for name, (chooser, floor) in lineup(len(WHO)).items()}
    figures = []
    for mark, (reach, aim) in ASKED.items():
        ratio, error = played[OURS].ratio(mark)
        note = f"± {error:.3f} over {len(WHO)} people; aim ≤ {aim:.3g}; {OURS}"
        figures.append(Figure(f"oO-sim-1 regret ratio, T = {mark}", ratio, "", f"≤ {reach:.2f}", reach, note))
    return figures, "\n".join([*head(), *(row(name, one) for name, one in played.items()), ""])


def head() -> list[str]:
    """The head of a table."""
    who = f"users 0 to {EACH - 1} of seeds {', '.join(map(str, SEEDS))}"
    return [
        f"## oO-sim-1: regret as a share of random's, ± standard error over people ({who})",
        "",
        "| policy | " + " | ".join(f"T = {mark}" for mark in MARKS) + " | 1001 to 2000 |",
        "|---|" + "---|" * (len(MARKS) + 1),
    ]


def against(python: str) -> Iterator[str]:
    """A row for each peer, played by another Python on the same people."""
    command = [python, "-W", "ignore", "-m", "benchmarks.sim1.peers", json.dumps(WHO)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        for line in running.stdout:
            said = json.loads(line)
            played = Played(np.array(said["regret"]), np.array(said["random"]))
            yield row(f"{said['name']} ({said['us']:.0f} µs)", played)
    if running.returncode:
        raise SystemExit(f"The peers ended with {running.returncode}; run: make bench-peers")


def main(arguments: list[str]) -> int:
    """Print the table; with a Python that has the peers, theirs as well, and keep it."""
    figures, table = tables()
    print(*(figure.said() for figure in figures), "", table, sep="\n", flush=True)
    if arguments:
        rows = []
        for line in against(arguments[0]):
            print(line, flush=True)
            rows.append(line)
        day = datetime.now(UTC).date().isoformat()
        said = f"Made by `make bench-peers` on {day}; a peer's time is for one decision and its update, K = 20"
        said += " (by the clock of a machine that had other work as well)."
        KEPT.write_text("\n".join(["# Peers", "", said, "", table.rstrip(), *rows, ""]), encoding="utf-8")
    return int(not all(figure.met for figure in figures))
