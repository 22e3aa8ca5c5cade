"""A push service on this machine: it checks who sends (RFC 8292), takes what is sealed as a real one does (RFC 8030),
and its browsers open it with keys of their own (RFC 8291), so that what arrived is known word for word.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from oo.testing.posted import Answer, Desk, Posted, desk

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

_MOST = 4096


@dataclass(frozen=True, slots=True)
class Arrived:
    """A push as the browser reads it."""

    browser: str
    message: Mapping[str, Any]
    """The JSON within."""
    topic: str
    ttl: int
    urgency: str
    size: int
    """Bytes of what was sealed."""


@dataclass(slots=True)
class Browser:
    """A browser that subscribed: its keys, and how its service answers for it."""

    id: str
    endpoint: str
    key: EllipticCurvePrivateKey
    auth: bytes
    sender: str | None = None
    """The sender's key that it subscribed with; None takes the first one that comes."""
    refusal: Answer | None = None
    """What the service says instead of taking a push."""

    @property
    def subscription(self) -> dict[str, Any]:
        """As `PushSubscription.toJSON()` writes it."""
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {
            "endpoint": self.endpoint,
            "expirationTime": None,
            "keys": {"p256dh": _written(point), "auth": _written(self.auth)},
        }


@dataclass(slots=True)
class PushService:
    """The service: its browsers, what reached them, and what was refused and why."""

    desk: Desk
    now: datetime | None = None
    """What it takes the time to be; None is each token's own, so that only its length is checked."""
    browsers: dict[str, Browser] = field(default_factory=dict)
    arrived: list[Arrived] = field(default_factory=list)
    """Every push that was taken, opened, in its order."""
    waiting: dict[tuple[str, str], Arrived] = field(default_factory=dict)
    """The last push of each topic, by browser: what one that was away would be shown."""
    refused: list[str] = field(default_factory=list)

    def subscribe(self, name: str = "phone", *, sender: str | None = None) -> Browser:
        """A browser with fresh keys; another one of that name has lost its subscription."""
        from cryptography.hazmat.primitives.asymmetric import ec

        serial = f"{name}-{len(self.browsers)}"
        for old in self.browsers.values():
            if old.id == name:
                old.refusal = GONE
        endpoint = f"{self.desk.origin}/send/{serial}"
        auth = hashlib.sha256(endpoint.encode()).digest()[:16]
        subscribed = Browser(name, endpoint, ec.generate_private_key(ec.SECP256R1()), auth, sender)
        self.browsers[f"/send/{serial}"] = subscribed
        return subscribed

    def take(self, posted: Posted) -> Answer:
        """Take a push, or refuse it as the RFCs say."""
        browser = self.browsers.get(posted.path)
        if browser is None:
            return self._refuse(404, "unknown")
        if browser.refusal is not None:
            return self._refuse(browser.refusal.status, "told to", browser.refusal)
        wrong = self._wrong(posted, browser)
        if wrong is not None:
            return self._refuse(*wrong)
        import http_ece

        try:
            words = http_ece.decrypt(
                posted.body, private_key=browser.key, auth_secret=browser.auth, version="aes128gcm"
            )
            message = json.loads(words)
        except Exception as error:  # whatever it is: a browser drops it without a word, and the service does not know
            self.refused.append(f"unreadable: {type(error).__name__}")
            return Answer(201, {"location": f"{self.desk.origin}/message/0"})
        headers = posted.headers
        came = Arrived(
            browser.id,
            message,
            headers.get("topic", ""),
            int(headers["ttl"]),
            headers.get("urgency", "normal"),
            len(posted.body),
        )
        self.arrived.append(came)
        self.waiting[browser.id, came.topic or str(len(self.arrived))] = came
        return Answer(201, {"location": f"{self.desk.origin}/message/{len(self.arrived)}"})

    def _wrong(self, posted: Posted, browser: Browser) -> tuple[int, str] | None:
        headers, topic = posted.headers, posted.headers.get("topic", "A" * 32)
        if posted.method != "POST" or not headers.get("ttl", "").isdigit() or int(headers["ttl"]) > 30 * 86400:
            return 400, "BadTtl"
        if headers.get("urgency", "normal") not in ("very-low", "low", "normal", "high"):
            return 400, "BadUrgency"
        if len(topic) != 32 or not set(topic) <= _URL_SAFE:
            return 400, "BadWebPushTopic"
        if headers.get("content-encoding") != "aes128gcm":
            return 400, "BadWebPushRequest"
        if len(posted.body) > _MOST:
            return 413, "PayloadTooLarge"
        sender = self._sender(headers.get("authorization", ""))
        if sender is None:
            return 401, "BadJwtToken"
        browser.sender = browser.sender or sender
        return (403, "VapidPkHashMismatch") if browser.sender != sender else None

    def _sender(self, authorization: str) -> str | None:
        """Whose token it is; None for one that does not hold."""
        from cryptography.hazmat.primitives.asymmetric import ec
        from joserfc import jwt
        from joserfc.jwk import ECKey

        try:
            scheme, rest = authorization.split(" ", 1)
            parts = dict(part.strip().split("=", 1) for part in rest.split(","))
            point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _unwritten(parts["k"]))
            claims = jwt.decode(parts["t"], ECKey.import_key(point), algorithms=["ES256"]).claims
            ends = datetime.fromtimestamp(claims["exp"], UTC)
        except Exception:
            return None
        lasts = (ends - self.now).total_seconds() if self.now is not None else 1
        contact = str(claims.get("sub", ""))
        holds = (
            scheme == "vapid"
            and claims.get("aud") == self.desk.origin
            and 0 < lasts <= 86400
            and contact.startswith(("mailto:", "https://"))
        )
        return parts["k"] if holds else None

    def _refuse(self, status: int, reason: str, answer: Answer | None = None) -> Answer:
        self.refused.append(f"{status}: {reason}")
        if answer is not None:
            return answer
        body = json.dumps({"reason": reason}).encode()
        return Answer(status, {"content-type": "application/json"}, body)


GONE = Answer(410, body=b'{"reason":"Unregistered"}')
"""What a service says of a subscription that has ended."""
_URL_SAFE = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@contextmanager
def push_service(now: datetime | None = None) -> Iterator[PushService]:
    """The service on a free port, until the end."""
    with desk() as at:
        service = PushService(at, now)
        at.answer = service.take
        yield service


def _written(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _unwritten(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
