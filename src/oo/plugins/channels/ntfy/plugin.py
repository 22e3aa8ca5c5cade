"""ntfy: publishes a message as JSON to a topic (docs.ntfy.sh/publish), with buttons that answer without opening oO."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from oo.contracts.channels import Address, Desk, Message, Receipt, Urgency
from oo.contracts.errors import Invalid
from oo.kernel.http.client import Reply
from oo.kernel.http.failures import AddressRefused, HttpFailed, Unanswered, Unreachable
from oo.kernel.http.targets import target
from oo.kernel.http.waiting import retry_after

_PRIORITIES: Mapping[Urgency, int] = {"very-low": 1, "low": 2, "normal": 3, "high": 4}
_BUTTONS = 3
_TITLE, _BODY = 250, 3_000
"""Characters; a server cuts what is longer than 4,096 bytes into an attachment."""


class Ntfy:
    """Keeps the seam's promise."""

    def check(self, values: Mapping[str, str], desk: Desk) -> Mapping[str, str]:
        """A topic's address and a token; raises `Invalid`."""
        allowed = [host.strip() for host in desk.settings.get("channel_hosts", "").split(",")]
        url, token = values.get("url", "").strip().rstrip("/"), values.get("token", "").strip()
        parts = target(url, allowed)
        if parts is None or parts.query:
            raise Invalid("A topic has an https address, such as https://ntfy.sh/a-name-nobody-guesses.")
        if not re.fullmatch(r"(/[\w-]+)*/[\w-]{1,64}", parts.path, re.ASCII):
            raise Invalid("The address of a topic ends in its name: letters, digits, - and _, 64 at most.")
        if not re.fullmatch(r"[\x21-\x7e]{0,200}", token):
            raise Invalid("This is not an access token of ntfy.")
        return {"key": url.lower(), "url": url, "token": token}

    async def deliver(self, message: Message, address: Address) -> Receipt:
        """Publish it."""
        desk, token = address.desk, address.values.get("token", "")
        parts = urlsplit(address.values["url"])  # its host was allowed then; the client asks whether it is now
        base, _, topic = parts.path.rpartition("/")
        headers = {"content-type": "application/json", **({"authorization": f"Bearer {token}"} if token else {})}
        body = json.dumps(_published(message, topic, desk.site), ensure_ascii=False, separators=(",", ":"))
        try:
            reply: Reply = await desk.http.ask(
                "POST",
                urlunsplit((parts.scheme, parts.netloc, f"{base}/", "", "")),
                headers=headers,
                content=body.encode(),
            )
        except AddressRefused:
            return Receipt("failed", "address-refused")
        except Unanswered:
            return Receipt("unknown", "no-answer")
        except Unreachable:
            return Receipt("later", "unreachable")
        except HttpFailed:
            return Receipt("unknown", "strange-answer")
        match reply.status:
            case 200:
                return Receipt("delivered")
            case 404 | 410:
                return Receipt("gone", "no-such-topic")
            case 401 | 403:
                return Receipt("failed", "not-let-in")
            case 413:
                return Receipt("failed", "too-large")
            case 429 | 503:
                return Receipt("later", "busy", retry_after(reply.headers, desk.now))
            case status if status >= 500:
                return Receipt("unknown", "no-answer")
            case _:
                return Receipt("failed", "refused")


def _published(message: Message, topic: str, site: str) -> dict[str, Any]:
    """As ntfy's JSON has it; a button posts the same as a notification in a browser does."""
    buttons = [
        {
            "action": "http",
            "label": answer.label,
            "url": f"{site}/react",
            "method": "POST",
            "headers": {"content-type": "application/json"},
            "body": json.dumps({"token": answer.token, "action": answer.verb}),
            "clear": True,
        }
        for answer in message.answers
        if answer.verb in ("done", "snooze", "dismiss")
    ]
    return {
        "topic": topic,
        "title": message.title[:_TITLE],
        "message": (message.body or message.why or message.title)[:_BODY],
        "click": message.url,
        "priority": _PRIORITIES[message.urgency],
        "actions": buttons[:_BUTTONS],
    }


plugin = Ntfy()
