"""A device with passkeys, in software: real keys, real signatures, and every wrong answer that a test asks for."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

_PRESENT, _VERIFIED, _ATTESTED = 0x01, 0x04, 0x40


@dataclass
class SoftwareDevice:
    """Holds one passkey (ES256, attestation none), as WebAuthn level 2 describes it."""

    origin: str
    host: str
    credential: bytes = b"credential-1"
    count: int = 1
    handle: bytes = b""
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def made(self, options: Mapping[str, Any], *, verified: bool = True, **wrong: Any) -> dict[str, Any]:
        """What `navigator.credentials.create` answers."""
        from webauthn.helpers import encode_cbor

        self.handle = unpacked(options["user"]["id"])
        numbers = self.key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        data = self._data(verified, _ATTESTED, **wrong) + bytes(16)
        data += len(self.credential).to_bytes(2, "big") + self.credential + encode_cbor(public)
        attestation = encode_cbor({"fmt": "none", "attStmt": {}, "authData": data})
        said = self._said("webauthn.create", options["challenge"], **wrong)
        return self._answer({"clientDataJSON": packed(said), "attestationObject": packed(attestation)})

    def used(self, options: Mapping[str, Any], *, verified: bool = True, **wrong: Any) -> dict[str, Any]:
        """What `navigator.credentials.get` answers; each use moves the counter on."""
        self.count += 1
        data = self._data(verified, **wrong)
        said = self._said("webauthn.get", options["challenge"], **wrong)
        signature = self.key.sign(data + hashlib.sha256(said).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(
            {
                "clientDataJSON": packed(said),
                "authenticatorData": packed(data),
                "signature": packed(wrong.get("signature", signature)),
                "userHandle": packed(wrong.get("handle", self.handle)),
            }
        )

    def _data(self, verified: bool, more: int = 0, **wrong: Any) -> bytes:
        flags = _PRESENT | (_VERIFIED if verified else 0) | more
        host = str(wrong.get("host", self.host))
        count = int(wrong.get("count", self.count))
        return hashlib.sha256(host.encode()).digest() + bytes([flags]) + count.to_bytes(4, "big")

    def _said(self, kind: str, asked: str, **wrong: Any) -> bytes:
        said = {"type": kind, "challenge": wrong.get("challenge", asked), "origin": self.origin}
        return json.dumps({**said, **{name: wrong[name] for name in ("origin", "type") if name in wrong}}).encode()

    def _answer(self, response: Mapping[str, str]) -> dict[str, Any]:
        name = packed(self.credential)
        return {"id": name, "rawId": name, "type": "public-key", "response": response, "clientExtensionResults": {}}


def packed(data: bytes) -> str:
    """Bytes in base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unpacked(text: str) -> bytes:
    """The bytes again."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
