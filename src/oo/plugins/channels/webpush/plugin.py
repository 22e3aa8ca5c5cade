"""Web push: seals a message for one browser and leaves it with the push service that the browser named (RFC 8030)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from urllib.parse import urlsplit

from oo.contracts.channels import Address, Desk, Message, Receipt
from oo.contracts.errors import Invalid
from oo.kernel.http.client import Reply
from oo.kernel.http.failures import AddressRefused, HttpFailed, Unanswered, Unreachable
from oo.kernel.http.waiting import retry_after
from oo.kernel.setting_values import LOCAL_NAMES
from oo.plugins.channels.webpush.encryption import browser, padded, seal
from oo.plugins.channels.webpush.vapid import Sender, Tokens, sender
from oo.plugins.channels.webpush.words import notification, withdrawal

_LONGEST = 1_500
"""Characters of an endpoint; the longest known are below 800."""
_LONGEST_TTL = timedelta(days=28)
_APPLE = "push.apple.com"
_OTHER_KEY = (b"VapidPkHashMismatch", b"do not correspond")
"""What services say (Apple's, Google's) when a subscription was made with another key than the sender's."""


class WebPush:
    """Keeps the seam's promise; signs with the instance's key, which is made once from `instance.key`."""

    def __init__(self) -> None:
        self._tokens = Tokens()

    def check(self, values: Mapping[str, str], desk: Desk) -> Mapping[str, str]:
        """A browser's subscription: endpoint, keys, and the key that it was made with; raises `Invalid`.

        The endpoint is what somebody sends and oO posts to, so its host has to be a push service that is known.
        """
        endpoint = values.get("endpoint", "")
        parts = urlsplit(endpoint)
        if not parts.hostname or parts.username or parts.fragment or len(endpoint) > _LONGEST or not endpoint.isascii():
            raise Invalid("This is not a browser's subscription.")
        place = parts.netloc.lower()
        hosts = [one.strip() for one in desk.settings.get("push_hosts", "").split(",")]
        if not any(fnmatchcase(name, host) for host in hosts if host for name in {parts.hostname, place}):
            raise Invalid("This push service is not known here; whoever runs oO can name it in OO_PUSH_HOSTS.")
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOCAL_NAMES):
            raise Invalid("This push service is not reached by https.")
        browser(values)
        return {
            "key": endpoint,
            "endpoint": endpoint,
            "p256dh": values["p256dh"],
            "auth": values["auth"],
            "sender": _sender(desk).public,
        }

    def facts(self, desk: Desk) -> Mapping[str, str]:
        """The key that browsers subscribe with."""
        return {"application_server_key": _sender(desk).public}

    async def deliver(self, message: Message, address: Address) -> Receipt:
        """Leave it with the push service."""
        return await self._send(notification(message, address), message, address, message.ttl)

    async def withdraw(self, message: Message, address: Address) -> Receipt:
        """Take the place of what waits, and close what is shown.

        The push has no time to live, so a device that is away never hears of either. Apple's take none: there, a push
        that shows nothing costs the permission, and what is shown ends with the next visit.
        """
        if (urlsplit(address.values["endpoint"]).hostname or "").endswith(_APPLE):
            return Receipt("failed", "not-here")
        return await self._send(withdrawal(message), message, address, timedelta())

    async def _send(self, words: bytes, message: Message, address: Address, ttl: timedelta) -> Receipt:
        desk, values = address.desk, address.values
        who = _sender(desk)
        if values.get("sender", who.public) != who.public:
            return Receipt("gone", "other-key")
        headers = {
            "TTL": str(max(0, int(min(ttl, _LONGEST_TTL).total_seconds()))),
            "Urgency": message.urgency,
            "Topic": message.topic,
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "Authorization": self._tokens.header(who, values["endpoint"], desk.now),
        }
        try:
            sealed = seal(padded(words), browser(values))
        except ValueError:
            return Receipt("failed", "too-large")
        try:
            reply: Reply = await desk.http.ask("POST", values["endpoint"], headers=headers, content=sealed)
        except AddressRefused:
            return Receipt("failed", "address-refused")
        except Unanswered:
            return Receipt("unknown", "no-answer")
        except Unreachable:
            return Receipt("later", "unreachable")
        except HttpFailed:
            return Receipt("unknown", "strange-answer")
        return receipt(reply, desk.now)


def receipt(reply: Reply, now: datetime) -> Receipt:
    """What a push service's answer means (RFC 8030 section 5, and what Google's and Apple's add)."""
    match reply.status:
        case 200 | 201 | 202 | 204:
            return Receipt("delivered")
        case 404 | 410:
            return Receipt("gone", "unsubscribed")
        case 401 | 403 if any(said in reply.body for said in _OTHER_KEY):
            return Receipt("gone", "other-key")
        case 413:
            return Receipt("failed", "too-large")
        case 429:
            return Receipt("later", "busy", retry_after(reply.headers, now))
        case 502 | 504:  # a gateway that does not know what became of it
            return Receipt("unknown", "no-answer")
        case status if status >= 500:
            return Receipt("later", "service-down", retry_after(reply.headers, now))
        case _:
            return Receipt("failed", "refused")


def _sender(desk: Desk) -> Sender:
    contact = desk.settings.get("contact", "")
    if "@" in contact and not contact.startswith("mailto:"):
        contact = f"mailto:{contact}"
    if not contact.startswith(("mailto:", "https://")):
        contact = desk.site if desk.site.startswith("https://") else "mailto:owner@localhost"
    return sender(desk.secret("vapid"), contact)


plugin = WebPush()
