"""A mail server on this machine (aiosmtpd): it takes mail as a real one does, and fails as it is told."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, Literal, TypeAlias

Mood: TypeAlias = Literal["well", "gone", "full", "busy", "greylists", "dropped", "dropped-before", "strange"]
"""`full`: the mailbox takes no more; `greylists`: another time; `dropped`: it takes the whole mail and drops the line;
`dropped-before`: it drops the line before the mail; `strange`: an answer that no server gives.
"""
_REFUSALS = {
    "gone": "550 5.1.1 No such user",
    "full": "552 5.2.2 Full",
    "busy": "451 4.3.0 Busy",
    "greylists": "450 4.7.1 Wait",
}


@dataclass(slots=True)
class MailServer:
    """The server: where it is, how it is, and what it has taken."""

    mood: Mood = "well"
    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    """Every mail that it took, in its order, also those for which it gave no answer."""
    raw: list[bytes] = field(default_factory=list)
    tried: int = 0
    """How often it was told for whom a mail is."""

    @property
    def url(self) -> str:
        """As `OO_SMTP_URL` has it."""
        return f"smtp://127.0.0.1:{self.port}"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        """Hear for whom it is."""
        self.tried += 1
        if self.mood in _REFUSALS:
            return _REFUSALS[self.mood]
        if self.mood == "dropped-before":
            server.transport.abort()
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        """Take a mail."""
        self.raw.append(envelope.content)
        mail = message_from_bytes(envelope.content, policy=default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        if self.mood == "dropped":
            server.transport.abort()
        return "299 Perhaps" if self.mood == "strange" else "250 2.0.0 OK"


@contextmanager
def mail_server(
    tls: ssl.SSLContext | None = None, *, password: str | None = None, at_once: bool = False
) -> Iterator[MailServer]:
    """The server on a free port, until the end; with `tls` it wants STARTTLS, or TLS `at_once`."""
    from aiosmtpd.controller import Controller
    from aiosmtpd.smtp import AuthResult

    def known(_server: Any, _session: Any, _envelope: Any, _mechanism: str, given: Any) -> Any:
        return AuthResult(success=given.password == (password or "").encode(), handled=False)

    kept = MailServer()
    more: dict[str, Any] = (
        {"ssl_context": tls} if at_once else {"tls_context": tls, "require_starttls": tls is not None}
    )
    if password is not None:
        more |= {"authenticator": known, "auth_required": True, "auth_require_tls": tls is not None and not at_once}
    controller = Controller(kept, hostname="127.0.0.1", port=_free_port(), **more)
    controller.start()
    kept.port = controller.port
    try:
        yield kept
    finally:
        controller.stop()


def _free_port() -> int:
    import socket

    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
