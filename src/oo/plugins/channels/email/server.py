"""Hands a mail to the mail server (RFC 5321), and knows at every step whether the server has taken it.

Until the end of the mail has left, nothing is taken, whatever breaks; from then on only the server's answer tells.
"""

from __future__ import annotations

import re
import smtplib
import ssl
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from oo.contracts.channels import Receipt
from oo.kernel.setting_values import LOCAL_NAMES
from oo.plugins.channels.email.composing import Composed

SECONDS = 20.0
"""The longest wait for one answer of the server."""


class NotAServer(ValueError):
    """OO_SMTP_URL is not the address of a mail server."""


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server, as its setting says."""

    host: str
    port: int
    tls: bool
    """From the first byte; else by STARTTLS, without which only a server on this machine is used."""
    name: str = field(default="", repr=False)
    password: str = field(default="", repr=False)


def server_of(url: str) -> Server:
    """The server in `smtp://` or `smtps://`; raises `NotAServer`.

    >>> server_of("smtp://oo:p%40ss@mail.example.org")
    Server(host='mail.example.org', port=587, tls=False)
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        raise NotAServer from None
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise NotAServer
    tls = parts.scheme == "smtps"
    name, password = unquote(parts.username or ""), unquote(parts.password or "")
    return Server(parts.hostname, port or (465 if tls else 587), tls, name, password)


def hand_over(mail: Composed, server: Server) -> Receipt:
    """Give the mail to the server, once, and say what came of it."""
    try:
        smtp = _connected(server, mail.sender.rpartition("@")[2])
    except ssl.SSLError:
        return Receipt("failed", "not-secure")
    except smtplib.SMTPAuthenticationError as error:
        return Receipt("failed", "not-let-in") if error.smtp_code >= 500 else Receipt("later", "busy")
    except (smtplib.SMTPNotSupportedError, _NotSecure):
        return Receipt("failed", "not-secure")
    except (OSError, smtplib.SMTPException):
        return Receipt("later", "unreachable")
    try:
        refused = _enveloped(smtp, mail)
        return refused if refused is not None else _taken(smtp, mail)
    except (OSError, smtplib.SMTPException):
        return Receipt("later", "unreachable")
    finally:
        smtp.close()


class _NotSecure(Exception):
    """The server offers no TLS."""


def _connected(server: Server, name: str) -> smtplib.SMTP:
    """Secured and let in; `name` is what oO calls itself, as looking up this machine's own may take long."""
    trusted = ssl.create_default_context()
    smtp: smtplib.SMTP
    if server.tls:
        smtp = smtplib.SMTP_SSL(server.host, server.port, name, timeout=SECONDS, context=trusted)
    else:
        smtp = smtplib.SMTP(server.host, server.port, name, timeout=SECONDS)
    try:
        smtp.ehlo_or_helo_if_needed()
        if not server.tls and smtp.has_extn("starttls"):
            smtp.starttls(context=trusted)
            smtp.ehlo()
        elif not server.tls and server.host not in LOCAL_NAMES:
            raise _NotSecure
        if server.name:
            smtp.login(server.name, server.password)
    except BaseException:
        smtp.close()
        raise
    return smtp


def _enveloped(smtp: smtplib.SMTP, mail: Composed) -> Receipt | None:
    """Say from whom and to whom; a receipt when the server wants none of it."""
    code, _ = smtp.mail(mail.sender)
    if code != 250:
        return Receipt("later", "busy") if code < 500 else Receipt("failed", "sender-refused")
    code, said = smtp.rcpt(mail.to)
    if code in (250, 251):
        return None
    if code < 500:
        return Receipt("later", "busy")
    # An enhanced code 5.1.x is about the address itself (RFC 3463); other refusals are about this mail or its sender.
    return Receipt("gone", "no-such-address") if _no_such(code, said) else Receipt("failed", "refused")


def _taken(smtp: smtplib.SMTP, mail: Composed) -> Receipt:
    """Send the mail itself. Once its end has left, a line that breaks means that nobody knows."""
    code, _ = smtp.docmd("DATA")
    if code != 354:
        return Receipt("later", "busy") if code < 500 else Receipt("failed", "refused")
    smtp.send(re.sub(rb"(?m)^\.", b"..", mail.data) + b".\r\n")
    try:
        code, _ = smtp.getreply()
    except (OSError, smtplib.SMTPException):
        return Receipt("unknown", "no-answer")
    if code == 250:
        return Receipt("delivered")
    if 400 <= code < 500:
        return Receipt("later", "busy")
    return Receipt("failed", "refused") if 500 <= code < 600 else Receipt("unknown", "strange-answer")


def _no_such(code: int, said: bytes) -> bool:
    enhanced = re.match(rb"5\.(\d+)\.", said.strip())
    return code in (550, 551, 553) and (enhanced is None or enhanced[1] == b"1")
