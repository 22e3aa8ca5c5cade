"""What a push says: JSON that a service worker reads, and that is declarative web push where there is none.

The form is that of WebKit's "Declarative Web Push" (iOS and macOS 18.4): with `mutable` a service worker that is there
decides, and where none runs the system shows the same words and opens the same page.
"""

from __future__ import annotations

import json
from typing import Any

from oo.contracts.channels import Address, Message
from oo.plugins.channels.webpush.encryption import LARGEST

_SHOWN = 2
"""Buttons that Chrome shows; look.md section 6: main and Later."""


def notification(message: Message, address: Address) -> bytes:
    """The message, as small as it can be: no more than the device shows or needs to answer."""
    body = message.body or message.why
    shown: dict[str, Any] = {
        "title": message.title,
        "body": body,
        "navigate": message.url,
        "lang": message.language,
        "dir": "auto",
        "tag": message.topic,
        "silent": message.urgency in ("very-low", "low"),
        "data": {
            "kind": message.kind,
            "device": address.device,
            "tip": message.tip or "",
            "url": message.url,
            "token": next((answer.token for answer in message.answers), ""),
            "answers": [[answer.verb, answer.label] for answer in message.answers if answer.verb in _OFFERED][:_SHOWN],
        },
    }
    words = _written(shown)
    if len(words) > LARGEST:  # only words can be this long, and the page has all of them
        shown["body"] = ""
        shown["title"] = message.title[:200]
        words = _written(shown)
    return words


def withdrawal(message: Message) -> bytes:
    """Says that what was shown under this topic is over, and nothing else."""
    return json.dumps({"withdrawn": message.topic, "tip": message.tip or ""}, separators=(",", ":")).encode()


_OFFERED = ("done", "snooze", "dismiss")


def _written(shown: dict[str, Any]) -> bytes:
    push = {"web_push": 8030, "notification": shown, "mutable": True}
    return json.dumps(push, ensure_ascii=False, separators=(",", ":")).encode()
