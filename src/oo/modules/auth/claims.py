"""What an ID token has to say before anybody is let in by it (OpenID Connect Core 1.0 section 3.1.3.7; RFC 9700).

The signature is checked with a key of the provider's own set, named by `kid`; what the token's header says about keys
is not looked at. Each check stands alone and refuses with its own word.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from oo.modules.auth.refusals import SignInRefused

ALGORITHMS = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"})
"""Signatures with a key pair: never `none`, and never HS*, whose key would be our own secret or a public key."""
LEEWAY = timedelta(seconds=60)
_LONGEST_SUBJECT = 255


@dataclass(frozen=True, slots=True)
class Expected:
    """What a token has to agree with."""

    issuer: str
    """The provider's one name for us, whichever spelling a token has."""
    spellings: Collection[str]
    client_id: str
    nonce: str
    access_token: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a provider knows; only issuer and subject say who it is, the rest is for showing."""

    issuer: str
    id: str
    email: str = ""
    verified: bool = False
    name: str = ""


def key_id(token: str) -> str | None:
    """The `kid` of a token's header, None without one; raises `SignInRefused` for what is no token."""
    try:
        head = token.split(".")[0]
        header = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    except ValueError:
        raise SignInRefused("signature") from None
    kid = header.get("kid") if isinstance(header, dict) else None
    return kid if isinstance(kid, str) else None


def has_key(keys: Mapping[str, Any], kid: str | None) -> bool:
    """Whether a key set has the key that a token names."""
    return kid is None or any(isinstance(key, dict) and key.get("kid") == kid for key in keys.get("keys", ()))


def signed_claims(token: str, keys: Mapping[str, Any], algorithms: frozenset[str]) -> Mapping[str, Any]:
    """The claims of a token whose signature holds; raises `SignInRefused`."""
    from joserfc import jwt
    from joserfc.errors import JoseError
    from joserfc.jwk import import_key

    kid = key_id(token)
    ours = [
        key
        for key in keys.get("keys", ())
        if isinstance(key, dict) and key.get("use", "sig") == "sig" and key.get("kty") in ("RSA", "EC")
    ]
    named = [key for key in ours if key.get("kid") == kid] if kid is not None else ours
    if len(named) != 1:  # without a name there must be no choice
        raise SignInRefused("signature")
    try:
        return jwt.decode(token, import_key(named[0]), algorithms=sorted(algorithms & ALGORITHMS)).claims
    except (JoseError, ValueError, TypeError):
        raise SignInRefused("signature") from None


def subject_of(claims: Mapping[str, Any], expected: Expected) -> Subject:
    """Whom the claims are about, once all of them hold; raises `SignInRefused`."""
    check_issuer(claims, expected)
    check_audience(claims, expected)
    check_times(claims, expected)
    check_nonce(claims, expected)
    check_access_token(claims, expected)
    who = claims.get("sub")
    if not isinstance(who, str) or not 0 < len(who) <= _LONGEST_SUBJECT:
        raise SignInRefused("claims")
    return described(Subject(expected.issuer, who), claims)


def described(subject: Subject, said: Mapping[str, Any]) -> Subject:
    """The subject with what is said of it, for showing."""
    email, name = said.get("email"), said.get("name") or said.get("preferred_username")
    return Subject(
        subject.issuer,
        subject.id,
        email[:254] if isinstance(email, str) else "",
        said.get("email_verified") is True,
        name[:80] if isinstance(name, str) else "",
    )


def check_issuer(claims: Mapping[str, Any], expected: Expected) -> None:
    """The token is from the provider that was asked."""
    if claims.get("iss") not in expected.spellings:
        raise SignInRefused("issuer")


def check_audience(claims: Mapping[str, Any], expected: Expected) -> None:
    """The token is for us, and was given to us: not one that another client passes on."""
    audience = claims.get("aud")
    several = audience if isinstance(audience, list) else [audience]
    party = claims.get("azp")
    if expected.client_id not in several or (party is None and len(several) > 1):
        raise SignInRefused("audience")
    if party is not None and party != expected.client_id:
        raise SignInRefused("audience")


def check_times(claims: Mapping[str, Any], expected: Expected) -> None:
    """The token holds now, give or take a minute."""
    now, leeway = expected.now.timestamp(), LEEWAY.total_seconds()
    ends, begun, starts = (_instant(claims.get(name)) for name in ("exp", "iat", "nbf"))
    if ends is None or begun is None or ("nbf" in claims and starts is None):
        raise SignInRefused("claims")
    if now >= ends + leeway or max(begun, starts or 0) > now + leeway:
        raise SignInRefused("token-expired")


def check_nonce(claims: Mapping[str, Any], expected: Expected) -> None:
    """The token answers this sign-in, and no other one."""
    nonce = claims.get("nonce")
    if not isinstance(nonce, str) or not hmac.compare_digest(nonce.encode(), expected.nonce.encode()):
        raise SignInRefused("nonce")


def check_access_token(claims: Mapping[str, Any], expected: Expected) -> None:
    """The access token that came beside it is the one that the token speaks of, where it does."""
    said = claims.get("at_hash")
    if said is None or not expected.access_token:
        return
    halves = {
        base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()
        for digest in (hashlib.new(name, expected.access_token.encode()).digest() for name in _HASHES)
    }
    if said not in halves:
        raise SignInRefused("access-token")


_HASHES = ("sha256", "sha384", "sha512")


def _instant(value: object) -> float | None:
    return None if isinstance(value, bool) or not isinstance(value, int | float) else float(value)
