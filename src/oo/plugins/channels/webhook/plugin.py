"""Webhook: posts a message as JSON, signed as Standard Webhooks says (HMAC-SHA-256 over id, time and body)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from oo.contracts.channels import Address, Desk, Message, Receipt
from oo.contracts.errors import Invalid
from oo.kernel.http.client import Reply
from oo.kernel.http.failures import AddressRefused, HttpFailed, Unanswered, Unreachable
from oo.kernel.http.targets import target
from oo.kernel.http.waiting import retry_after

_SHORTEST, _LONGEST = 24, 200


class Webhook:
    """Keeps the seam's promise."""

    def check(self, values: Mapping[str, str], desk: Desk) -> Mapping[str, str]:
        """An address and a secret; raises `Invalid`."""
        allowed = [host.strip() for host in desk.settings.get("channel_hosts", "").split(",")]
        url, secret = values.get("url", "").strip(), values.get("secret", "").strip()
        if target(url, allowed) is None:
            raise Invalid("A webhook needs an https address; for one at home, its host goes into OO_CHANNEL_HOSTS.")
        if not _SHORTEST <= len(secret) <= _LONGEST or not secret.isascii() or not secret.isprintable():
            raise Invalid("The secret needs 24 to 200 letters, digits or signs.")
        try:
            _key(secret)
        except ValueError:
            raise Invalid("A secret that begins with whsec_ is base64 after that.") from None
        return {"key": url, "url": url, "secret": secret}

    async def deliver(self, message: Message, address: Address) -> Receipt:
        """Post it."""
        return await _post(_words(message, address.desk.site), message, address)

    async def withdraw(self, message: Message, address: Address) -> Receipt:
        """Say that it is over."""
        return await _post({"type": "withdrawn", "topic": message.topic, "tip": message.tip}, message, address)


async def _post(words: Mapping[str, Any], message: Message, address: Address) -> Receipt:
    desk = address.desk
    body = json.dumps(words, ensure_ascii=False, separators=(",", ":")).encode()
    # A withdrawal is about the same message and is another one: whoever drops what has been heard must hear it.
    named = message.id if words["type"] != "withdrawn" else f"{message.id}-withdrawn"
    at = str(int(desk.now.timestamp()))
    headers = {
        "content-type": "application/json",
        "webhook-id": named,
        "webhook-timestamp": at,
        "webhook-signature": signature(address.values["secret"], named, at, body),
    }
    try:
        reply: Reply = await desk.http.ask("POST", address.values["url"], headers=headers, content=body)
    except AddressRefused:
        return Receipt("failed", "address-refused")
    except Unanswered:
        return Receipt("unknown", "no-answer")
    except Unreachable:
        return Receipt("later", "unreachable")
    except HttpFailed:
        return Receipt("unknown", "strange-answer")
    match reply.status:
        case 410:
            return Receipt("gone", "unsubscribed")
        case 429 | 503:
            return Receipt("later", "busy", retry_after(reply.headers, desk.now))
        case status if status < 300:
            return Receipt("delivered")
        case status if status >= 500:
            return Receipt("unknown", "no-answer")
        case _:
            return Receipt("failed", "refused")


def signature(secret: str, named: str, at: str, body: bytes) -> str:
    """The `webhook-signature`: version 1, HMAC-SHA-256 of `id.timestamp.body` (standardwebhooks.com).

    A secret that begins with `whsec_` is base64 after that, as the specification has it; any other is taken as it is.

    >>> signature("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330",
    ...           b'{"test": 2432232314}')
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='
    """
    digest = hmac.new(_key(secret), f"{named}.{at}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def _key(secret: str) -> bytes:
    if not secret.startswith("whsec_"):
        return secret.encode()
    return base64.b64decode(secret.removeprefix("whsec_"), validate=True)


def _words(message: Message, site: str) -> dict[str, Any]:
    return {
        "type": message.kind,
        "topic": message.topic,
        "tip": message.tip,
        "title": message.title,
        "body": message.body,
        "why": message.why,
        "language": message.language,
        "url": message.url,
        "urgency": message.urgency,
        "made_at": message.made_at.isoformat(),
        "expires_at": (message.made_at + message.ttl).isoformat(),
        "react": f"{site}/react",
        "answers": [
            {"action": answer.verb, "label": answer.label, "token": answer.token} for answer in message.answers
        ],
    }


plugin = Webhook()
