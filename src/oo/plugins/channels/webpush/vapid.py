"""Says to a push service who sends: a token signed with the instance's own key (RFC 8292, VAPID)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from oo.plugins.channels.webpush.encryption import written

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
LASTS = timedelta(hours=12)
"""How long a token counts; services take 24 hours at most."""
_RENEWED = timedelta(hours=6)
_REMEMBERED = 1_000


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends: the instance's key, and where its operator can be reached."""

    key: EllipticCurvePrivateKey
    contact: str
    """`mailto:…` or `https://…`."""

    @property
    def public(self) -> str:
        """The key that browsers subscribe with, and that tokens are checked by."""
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        return written(self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


def sender(secret: bytes, contact: str) -> Sender:
    """The sender whose key follows from 32 secret bytes: the same secret is the same key, in every process."""
    from cryptography.hazmat.primitives.asymmetric import ec

    return Sender(ec.derive_private_key(int.from_bytes(secret) % (_ORDER - 1) + 1, ec.SECP256R1()), contact)


@dataclass(slots=True)
class Tokens:
    """Signs a token per push service, and uses it for hours: Apple's minds fresh ones more than once an hour."""

    _kept: dict[tuple[str, str], tuple[str, datetime]] = field(default_factory=dict)

    def header(self, sender: Sender, endpoint: str, now: datetime) -> str:
        """The `Authorization` of a push to this endpoint."""
        parts = urlsplit(endpoint)
        audience, public = f"{parts.scheme}://{parts.netloc}", sender.public
        kept = self._kept.get((audience, public))
        if kept is None or not timedelta() <= now - kept[1] < _RENEWED:
            if len(self._kept) >= _REMEMBERED:
                self._kept.clear()
            kept = _signed(sender, audience, now), now
            self._kept[audience, public] = kept
        return f"vapid t={kept[0]}, k={public}"


def _signed(sender: Sender, audience: str, now: datetime) -> str:
    from joserfc import jwt
    from joserfc.jwk import ECKey

    claims = {"aud": audience, "exp": int((now + LASTS).timestamp()), "sub": sender.contact}
    return jwt.encode({"typ": "JWT", "alg": "ES256"}, claims, ECKey.import_key(sender.key), algorithms=["ES256"])
