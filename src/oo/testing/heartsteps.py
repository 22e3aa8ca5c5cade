"""HeartSteps V1 from the shared data: every decision point of a micro-randomised trial (Klasnja et al. 2019)."""

from __future__ import annotations

import csv
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
SENT = 0.6
"""The known probability of a send at every available moment."""


def decisions() -> Path | None:
    """Where the reduced table of the trial is; None without the shared data."""
    shared = Path(os.environ.get("OO_SHARED") or Path(__file__).parents[4] / "shared")
    path = shared / "heartsteps" / "decisions.csv"
    return path if path.is_file() else None


@dataclass(frozen=True, slots=True)
class Trial:
    """The analysed rows, each array of shape (n,), (n, g) or (n, f)."""

    person: NDArray[np.int64]
    day: Array
    available: NDArray[np.bool_]
    sent: Array
    walk: Array
    """1 where the tip was to walk, 0 where it was against sitting or there was none."""
    before: Array
    after: Array
    base: Array
    effect: Array

    def at(self, rows: NDArray[np.bool_]) -> Trial:
        """Some of the rows."""
        return Trial(*(getattr(self, name)[rows] for name in self.__slots__))


def read(path: Path) -> Trial:
    """The rows that the authors analysed: no travel, 42 days, no send while unavailable or without a message."""
    with path.open(encoding="utf-8", newline="") as lines:
        rows = sorted(csv.DictReader(lines), key=lambda row: (int(row["user"]), int(row["decision"])))
    dose = _doses(rows)
    kept = [
        i
        for i, row in enumerate(rows)
        if row["decision_in_study"]
        and int(row["study_day"]) <= 41
        and not (row["sent"] in ("1", "1.0") and (row["available"] != "1" or not row["sent_antisedentary"]))
    ]

    def column(name: str, missing: float = 0.0) -> Array:
        return np.array([float(rows[i][name]) if rows[i][name] else missing for i in kept])

    def flag(name: str, *values: str) -> Array:
        return np.array([float(rows[i][name] in values) for i in kept])

    before = np.log(column("steps_30min_before", np.nan) + 0.5)
    day, weekend = column("study_day"), flag("weekday", "5", "6")
    degrees = column("temperature_c", np.nan)
    degrees = np.where(np.isnan(degrees), np.nanmedian(degrees), degrees)
    home, work = flag("place", "home"), flag("place", "work")
    one, scaled, used = np.ones(len(kept)), (before - 2) / 3, day / 41
    slots = [flag("slot", str(slot)) for slot in range(1, 6)]
    doses = dose[kept]
    still, warm = flag("activity", "STILL"), (degrees - 15) / 10
    return Trial(
        person=np.array([int(rows[i]["user"]) for i in kept]),
        day=day,
        available=column("available") == 1,
        sent=column("sent"),
        walk=column("sent_walk"),
        before=before,
        after=np.log(column("steps_30min_after", np.nan) + 0.5),
        base=np.column_stack([one, scaled, used, *slots[1:], home, work, weekend, still, doses, warm]),
        effect=np.column_stack([one, np.exp(-day / 7), used, scaled, home, work, slots[0], slots[4], weekend, doses]),
    )


def _doses(rows: list[dict[str, str]]) -> Array:
    """The share sent of the five decision points before, per person."""
    dose, past, last = np.zeros(len(rows)), list[float](), ""
    for i, row in enumerate(rows):
        if row["user"] != last:
            past, last = [], row["user"]
        dose[i] = float(np.mean(past[-5:])) if past else 0.0
        past.append(float(row["sent"] or 0))
    return dose
