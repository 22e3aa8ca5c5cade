"""Who sends: a key that follows from the instance's, and tokens that a push service can check."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jwt
from joserfc.jwk import ECKey

from oo.plugins.channels.webpush.encryption import unwritten
from oo.plugins.channels.webpush.vapid import LASTS, Sender, Tokens, sender

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
SENDER = sender(b"\x07" * 32, "mailto:owner@example.org")


def opened(header: str, sender: Sender = SENDER) -> dict[str, object]:
    scheme, rest = header.split(" ", 1)
    parts = dict(part.strip().split("=", 1) for part in rest.split(","))
    assert scheme == "vapid" and parts["k"] == sender.public
    point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unwritten(parts["k"]))
    token = jwt.decode(parts["t"], ECKey.import_key(point), algorithms=["ES256"])
    assert token.header == {"typ": "JWT", "alg": "ES256"}
    return dict(token.claims)


def test_a_token_names_the_service_its_end_and_the_operator() -> None:
    claims = opened(Tokens().header(SENDER, "https://push.example:8443/send/abc?x=1", NOW))
    assert claims == {
        "aud": "https://push.example:8443",
        "exp": int((NOW + LASTS).timestamp()),
        "sub": "mailto:owner@example.org",
    }
    assert timedelta(hours=24) > LASTS


def test_a_token_serves_for_hours_and_for_one_service() -> None:
    tokens = Tokens()
    first = tokens.header(SENDER, "https://push.example/1", NOW)
    assert tokens.header(SENDER, "https://push.example/2", NOW + timedelta(hours=5)) == first
    assert opened(tokens.header(SENDER, "https://other.example/1", NOW))["aud"] == "https://other.example"
    assert tokens.header(SENDER, "https://push.example/1", NOW + timedelta(hours=6)) != first


def test_a_token_from_a_clock_that_was_put_back_is_not_used() -> None:
    tokens = Tokens()
    first = tokens.header(SENDER, "https://push.example/1", NOW)
    assert tokens.header(SENDER, "https://push.example/1", NOW - timedelta(days=1)) != first


def test_the_same_secret_is_the_same_key_and_another_one_is_another() -> None:
    assert sender(b"\x07" * 32, "").public == SENDER.public
    assert sender(b"\x08" * 32, "").public != SENDER.public
    assert sender(b"\xff" * 32, "").public != sender(b"\0" * 32, "").public
