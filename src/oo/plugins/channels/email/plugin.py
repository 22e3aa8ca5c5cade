"""E-mail: a message as text and as HTML to an address that has said yes, with a way to stop in one click."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from email.errors import MessageError
from email.headerregistry import Address as Mailbox

from oo.contracts.channels import Address, Desk, Message, Receipt
from oo.contracts.errors import Invalid
from oo.plugins.channels.email.composing import compose
from oo.plugins.channels.email.server import NotAServer, hand_over, server_of

_LONGEST = 254


class Email:
    """Keeps the seam's promise."""

    def check(self, values: Mapping[str, str], desk: Desk) -> Mapping[str, str]:
        """An address, which is the same one in capitals; raises `Invalid`."""
        to = values.get("to", "").strip()
        if mailbox(to) is None:
            raise Invalid("This is not a mail address; write one such as lena@example.org.")
        return {"key": to.lower(), "to": to}

    async def deliver(self, message: Message, address: Address) -> Receipt:
        """Give it to the mail server, in a thread."""
        desk = address.desk
        try:
            server = server_of(desk.settings.get("smtp_url", ""))
        except NotAServer:
            return Receipt("failed", "not-set-up")
        sender = desk.settings.get("mail_from", "")
        try:
            composed = compose(message, sender, address.values["to"], desk.site)
        except (ValueError, IndexError, MessageError):
            return Receipt("failed", "not-set-up")
        return await asyncio.to_thread(hand_over, composed, server)


def mailbox(text: str) -> Mailbox | None:
    """The parts of a mail address, or None: one `@`, a host with a dot, nothing that is not for an envelope.

    >>> mailbox("lena@example.org") is not None, mailbox("lena@example"), mailbox("a@b.c\\nBcc: x@y.z")
    (True, None, None)
    """
    if len(text) > _LONGEST or not text.isascii() or not text.isprintable() or " " in text:
        return None
    try:
        found = Mailbox(addr_spec=text)
    except (ValueError, IndexError, MessageError):
        return None
    local, domain = found.username, found.domain
    plain = local and not set(local) & set('<>()[]\\,;:"') and set(domain) <= _HOST
    return found if plain and "." in domain.strip(".") and not domain.startswith((".", "-")) else None


_HOST = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-")

plugin = Email()
