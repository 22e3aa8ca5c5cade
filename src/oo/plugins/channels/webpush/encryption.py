"""Seals a push for one browser, which alone can open it (RFC 8291 over RFC 8188, `aes128gcm`)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from oo.contracts.errors import Invalid

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

STEP = 512
"""A push is filled up to a multiple of this many bytes, so that its length says nothing of its words."""
LARGEST = 3072
"""Bytes of a push before it is sealed; services take 4096 of the sealed one, 103 of which are not its words."""
_RECORD = 4096


@dataclass(frozen=True, slots=True)
class Browser:
    """The keys of one subscription."""

    point: bytes
    """Its public key: an uncompressed point of P-256, 65 bytes."""
    auth: bytes
    """What it shares with oO alone, 16 bytes."""


def browser(keys: Mapping[str, str]) -> Browser:
    """The keys as a browser's subscription writes them; raises `Invalid` when they are none."""
    from cryptography.hazmat.primitives.asymmetric import ec

    found = Browser(unwritten(keys.get("p256dh", "")), unwritten(keys.get("auth", "")))
    if len(found.point) != 65 or found.point[0] != 4 or len(found.auth) != 16:
        raise Invalid("These are not the keys of a browser's subscription.")
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), found.point)
    except ValueError:
        raise Invalid("These are not the keys of a browser's subscription.") from None
    return found


def seal(
    words: bytes, to: Browser, *, sender: EllipticCurvePrivateKey | None = None, salt: bytes | None = None
) -> bytes:
    """The push as it is sent; `sender` and `salt` are fresh unless a test gives those of the RFC.

    Raises `ValueError` for more than `LARGEST` bytes.
    """
    import http_ece
    from cryptography.hazmat.primitives.asymmetric import ec

    if len(words) > LARGEST:
        raise ValueError(f"a push has at most {LARGEST} bytes, this one has {len(words)}")
    key = sender or ec.generate_private_key(ec.SECP256R1())
    sealed: bytes = http_ece.encrypt(
        words, salt=salt, private_key=key, dh=to.point, auth_secret=to.auth, rs=_RECORD, version="aes128gcm"
    )
    return sealed


def padded(words: bytes) -> bytes:
    """JSON with spaces behind it up to the next multiple of `STEP`.

    >>> len(padded(b"{}")), len(padded(b" " * 513))
    (512, 1024)
    """
    return words.ljust(-(-len(words) // STEP) * STEP)


def written(data: bytes) -> str:
    """Bytes as the Push API writes them: base64url without its padding (RFC 4648).

    >>> written(b"\\xfb\\xff")
    '-_8'
    """
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unwritten(text: str) -> bytes:
    """The bytes again; raises `Invalid` for what is not base64url."""
    try:
        return base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise Invalid("These are not the keys of a browser's subscription.") from None
