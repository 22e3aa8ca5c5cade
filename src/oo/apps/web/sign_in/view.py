"""What the sign-in pages show."""

from __future__ import annotations

from dataclasses import dataclass

from oo.apps.web.frame import Link


@dataclass(frozen=True, slots=True)
class SignInView:
    """The door; `used` when a link was opened that is used, too old or unknown."""

    used: bool = False
    providers: tuple[Link, ...] = ()
    """A button each."""
    passkeys: bool = False
    problem: str = ""
    """Why the last try let nobody in."""


@dataclass(frozen=True, slots=True)
class AgreeView:
    """The question whether the new terms are accepted."""

    session: str
    """For signing out instead."""
