"""Why a sign-in was refused: a word for the log, and the one that a page may say."""

from __future__ import annotations

from typing import Literal

from oo.contracts.sign_ins import NotLetIn, Why

Reason = Literal[
    "state",
    "expired",
    "browser",
    "provider",
    "issuer",
    "session",
    "denied",
    "away",
    "discovery",
    "exchange",
    "keys",
    "signature",
    "claims",
    "audience",
    "token-expired",
    "nonce",
    "access-token",
    "nobody",
    "somebody-else",
    "passkey",
    "counter",
    "token",
]
"""What did not hold, for the log and the audit."""

_SAID: dict[Reason, Why] = {
    "state": "old",
    "expired": "old",
    "browser": "browser",
    "session": "browser",
    "denied": "refused",
    "away": "away",
    "nobody": "unknown",
    "somebody-else": "taken",
}


class SignInRefused(NotLetIn):
    """This did not let you in. Try once more, or another way."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(_SAID.get(reason, "failed"))
        self.reason: Reason = reason
