"""What can go wrong, in words a person can act on; `kernel.http` renders them as RFC 9457 problems.

The class docstring is the message when none is given; the class says the status.
"""

from __future__ import annotations

from typing import ClassVar


class Problem(Exception):
    """That did not work. Nothing was changed."""

    status: ClassVar[int] = 400
    code: ClassVar[str] = "problem"

    def __init__(self, detail: str | None = None, **facts: object) -> None:
        self.detail = detail or (type(self).__doc__ or "").strip()
        self.facts = facts
        super().__init__(self.detail)


class NotFound(Problem):
    """Nothing here."""

    status = 404
    code = "not-found"


class SignInNeeded(Problem):
    """Sign in first."""

    status = 401
    code = "sign-in-needed"


class Refused(Problem):
    """This is not allowed here."""

    status = 403
    code = "refused"


class LinkUsed(Problem):
    """This link has been used. For a new one, run `oo link` where oO runs."""

    status = 410
    code = "link-used"


class TooLate(Problem):
    """The source has it already. Open it there."""

    status = 409
    code = "too-late"


class Conflict(Problem):
    """This was changed elsewhere meanwhile. Nothing was changed here."""

    status = 409
    code = "conflict"


class Overtaken(Problem):
    """That moment has passed."""

    status = 409
    code = "overtaken"


class Invalid(Problem):
    """What was sent cannot be understood."""

    status = 422
    code = "invalid"


class TooMany(Problem):
    """Too many tries. Wait a minute."""

    status = 429
    code = "too-many"


class Unusable(Problem):
    """This file cannot be used."""

    status = 422
    code = "unusable"
