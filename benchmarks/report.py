"""Figures as they are printed and kept."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

RESULTS = Path(__file__).parent / "RESULTS.md"


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number beside what was asked of it."""

    name: str
    value: float
    unit: str
    asked: str
    limit: float
    note: str
    higher: bool = False
    """True when more is better."""

    @property
    def met(self) -> bool:
        """Whether the limit is kept."""
        return self.value >= self.limit if self.higher else self.value <= self.limit

    def said(self) -> str:
        """As it is printed."""
        beside = f"  ({self.note})" if self.note else ""
        return (
            f"{self.name}: {self.value:.3g} {self.unit}, asked {self.asked}: {'met' if self.met else 'MISSED'}{beside}"
        )

    def line(self) -> str:
        """A row of the table."""
        met = "yes" if self.met else "**no**"
        return f"| {self.name} | {self.value:.3g} {self.unit} | {self.asked} | {met} | {self.note} |"


def write(figures: Sequence[Figure], tables: Sequence[str], day: str) -> None:
    """Keep the figures of a whole run."""
    head = [
        "# Results",
        "",
        f"Made by `make bench` on {day}: {os.cpu_count()} cores, Python {platform.python_version()}.",
        "Every ratio was taken against its floor in the same run; medians of five rounds.",
        "",
        "| figure | measured | asked | met | beside it |",
        "|---|---|---|---|---|",
    ]
    RESULTS.write_text("\n".join([*head, *(figure.line() for figure in figures), "", *tables]).rstrip() + "\n")
