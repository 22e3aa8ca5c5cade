"""What an error page shows."""

from __future__ import annotations

from dataclasses import dataclass

from oo.apps.web.frame import Link


@dataclass(frozen=True, slots=True)
class ErrorView:
    """One line, one more line, and a way on."""

    title: str
    line: str = ""
    link: Link | None = None
