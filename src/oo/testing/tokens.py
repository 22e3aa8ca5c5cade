"""Signed tokens as providers make them, and the forgeries that a client has to know (RFC 7515, RFC 8725)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from joserfc import jws
from joserfc.jwk import RSAKey


class Signer:
    """A key pair, and what is signed with it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._key = RSAKey.generate_key(2048)

    def public(self) -> dict[str, Any]:
        """The public key as a JSON Web Key."""
        return {**self._key.as_dict(private=False), "kid": self.name, "use": "sig", "alg": "RS256"}

    def token(
        self,
        claims: Mapping[str, Any],
        algorithm: str = "RS256",
        *,
        name: str | None = None,
        header: Mapping[str, Any] | None = None,
    ) -> str:
        """A token; `none` leaves the signature out, HS256 makes one with the public key as its secret."""
        head = {"alg": algorithm, "kid": self.name if name is None else name, **(header or {})}
        head = {key: value for key, value in head.items() if value}
        if algorithm == "RS256":
            known = {key: value for key, value in head.items() if key in ("alg", "kid")}
            if known == head:
                return jws.serialize_compact(head, json.dumps(claims).encode(), self._key)
        signing = f"{_packed(json.dumps(head).encode())}.{_packed(json.dumps(claims).encode())}"
        if algorithm == "none":
            return f"{signing}."
        if algorithm == "HS256":
            return f"{signing}.{_packed(hmac.digest(self._key.as_pem(private=False), signing.encode(), 'sha256'))}"
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import padding

        private: Any = self._key.private_key
        return f"{signing}.{_packed(private.sign(signing.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def at_hash(access_token: str) -> str:
    """The left half of a token's hash (OpenID Connect Core 1.0 section 3.1.3.6)."""
    return _packed(hashlib.sha256(access_token.encode()).digest()[:16])


def challenge_of(verifier: str) -> str:
    """The S256 challenge of a PKCE verifier (RFC 7636 appendix B).

    >>> challenge_of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
    'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'
    """
    return _packed(hashlib.sha256(verifier.encode()).digest())


def _packed(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
