"""What the page of an answer shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class AnswerView:
    """A question with one button, or what came of it."""

    title: str
    button: str = ""
    line: str = ""
    ring: Literal["task", "done", "silence"] = "task"
