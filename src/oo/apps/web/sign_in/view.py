"""What the sign-in pages show."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SignInView:
    """The door; `used` when a link was opened that is used, too old or unknown."""

    used: bool = False
