"""Writes a mail: text and HTML with the same words, links to answer, and the way out in its head (RFC 8058)."""

from __future__ import annotations

from dataclasses import dataclass
from email.headerregistry import Address as Mailbox
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr
from html import escape

from oo.contracts.channels import Answer, Message

_LONGEST = 2_000
"""Characters of a line of words; longer ones are cut."""


@dataclass(frozen=True, slots=True)
class Composed:
    """A mail, and its envelope."""

    sender: str
    to: str
    data: bytes
    """With CRLF line ends."""


def compose(message: Message, sender: str, to: str, site: str) -> Composed:
    """The mail of a message; raises `ValueError` or `MessageError` when the sender is no address.

    Nothing in it is loaded from anywhere, so that reading it tells nobody anything.
    """
    name, spec = parseaddr(sender)
    mailbox = Mailbox(display_name=name, addr_spec=spec)
    title = _line(message.title)
    mail = EmailMessage(policy=SMTP)
    mail["From"] = mailbox
    mail["To"] = to
    mail["Subject"] = title[:200]
    mail["Date"] = message.made_at
    mail["Message-ID"] = f"<{message.id}@{mailbox.domain}>"
    mail["Content-Language"] = message.language
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    stop = next((answer for answer in message.answers if answer.verb == "stop"), None)
    if stop is not None:
        mail["List-Unsubscribe"] = f"<{_page(site, stop)}>"
        if site.startswith("https://"):
            mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(_text(message, title, site))
    mail.add_alternative(_html(message, title, site), subtype="html")
    return Composed(spec, to, mail.as_bytes())


def _text(message: Message, title: str, site: str) -> str:
    parts = [title, _line(message.body or message.why)]
    parts += [f"{answer.label}: {_page(site, answer)}" for answer in _buttons(message)]
    parts.append(message.url)
    parts += [f"{answer.label}: {_page(site, answer)}" for answer in message.answers if answer.verb == "stop"]
    return "\n\n".join(part for part in parts if part) + "\n"


def _html(message: Message, title: str, site: str) -> str:
    body = _line(message.body or message.why)
    buttons = " &nbsp; ".join(
        f'<a href="{escape(_page(site, answer))}" style="color:#D8B98A">{escape(answer.label)}</a>'
        for answer in _buttons(message)
    )
    stop = "".join(
        f'<a href="{escape(_page(site, answer))}" style="color:#B3AA99">{escape(answer.label)}</a>'
        for answer in message.answers
        if answer.verb == "stop"
    )
    paragraphs = [
        f'<h1 style="font-size:24px;font-weight:400;line-height:1.25;margin:0 0 16px">{escape(title)}</h1>',
        f'<p style="margin:0 0 24px;color:#B3AA99">{escape(body)}</p>' if body else "",
        f'<p style="margin:0 0 24px">{buttons}</p>' if buttons else "",
        f'<p style="margin:0 0 36px"><a href="{escape(message.url)}" style="color:#D8B98A">oO</a></p>',
        f'<p style="margin:0;font-size:13px">{stop}</p>' if stop else "",
    ]
    return (
        f'<!doctype html><html lang="{escape(message.language)}"><head><meta charset="utf-8"><title>oO</title>'
        '<meta name="color-scheme" content="dark"></head>'
        '<body style="margin:0;padding:28px;background:#000;color:#E9E2D3;font:16px/1.5 system-ui,sans-serif">'
        f'<div dir="auto" style="max-width:440px;margin:0 auto">{"".join(paragraphs)}</div></body></html>\n'
    )


def _buttons(message: Message) -> list[Answer]:
    return [answer for answer in message.answers if answer.verb != "stop"]


def _page(site: str, answer: Answer) -> str:
    """The page that asks once more before it does anything: mail is opened by machines, too, and they follow links."""
    return f"{site}/answer/{answer.verb}/{answer.token}"


def _line(text: str) -> str:
    """One line: a head has no others."""
    return " ".join(text.split())[:_LONGEST]
