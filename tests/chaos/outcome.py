"""What a bar says when it is through, and how the bars are found."""

from __future__ import annotations

import importlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Outcome:
    """Whether a bar was met, and its figures in one line: `0 lost, 0 doubled, caught up in 7 s`."""

    ok: bool
    line: str


class CannotRun(Exception):
    """This machine lacks what the bar needs; the message says what, and how to get it."""


class Run(Protocol):
    """A bar, a file `bar_NN.py` with this function."""

    def __call__(self, seed: int, broken: bool, brief: bool) -> Outcome:
        """Do what the bar says; the same seed draws the same faults.

        `broken` runs the positive control, with one part of oO taken out, whose outcome must not be ok. `brief` is the
        short form for CI: the same faults, fewer of them. Raises `CannotRun`.
        """


def bars() -> Mapping[int, str]:
    """The module of every bar there is, by its number."""
    files = sorted(Path(__file__).parent.glob("bar_*.py"))
    return {int(re.findall(r"\d+", file.stem)[0]): f"tests.chaos.{file.stem}" for file in files}


def load(module: str) -> Run:
    """The function of a bar."""
    run: Run = importlib.import_module(module).run
    return run
