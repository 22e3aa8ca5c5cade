"""Sealing a push: the RFC's own example byte for byte, and what must never be taken for keys."""

from __future__ import annotations

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from oo.contracts.errors import Invalid
from oo.plugins.channels.webpush.encryption import LARGEST, STEP, browser, padded, seal, unwritten, written

# RFC 8291, section 5 and appendix A
_AS_PRIVATE = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
_UA_PRIVATE = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
_UA_PUBLIC = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
_AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
_SALT = "DGv6ra1nlYgDCS1FRnbzlw"
_BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_y"
    "l95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)
_WORDS = b"When I grow up, I want to be a watermelon"


def private(text: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(unwritten(text)), ec.SECP256R1())


def test_the_rfc_s_example_comes_out_byte_for_byte() -> None:
    to = browser({"p256dh": _UA_PUBLIC, "auth": _AUTH})
    assert written(seal(_WORDS, to, sender=private(_AS_PRIVATE), salt=unwritten(_SALT))) == _BODY


@given(st.binary(min_size=1, max_size=LARGEST))
def test_the_browser_reads_what_was_sealed_and_in_one_record(words: bytes) -> None:
    to = browser({"p256dh": _UA_PUBLIC, "auth": _AUTH})
    body = seal(words, to)
    assert len(body) == len(words) + 103 <= 4096
    assert http_ece.decrypt(body, private_key=private(_UA_PRIVATE), auth_secret=to.auth, version="aes128gcm") == words


def test_the_same_words_are_sealed_with_another_key_and_salt_each_time() -> None:
    to = browser({"p256dh": _UA_PUBLIC, "auth": _AUTH})
    assert seal(_WORDS, to)[:100] != seal(_WORDS, to)[:100]


def test_a_push_that_no_service_would_take_is_not_sealed() -> None:
    with pytest.raises(ValueError, match="at most 3072"):
        seal(b" " * (LARGEST + 1), browser({"p256dh": _UA_PUBLIC, "auth": _AUTH}))


@given(st.binary(max_size=LARGEST))
def test_lengths_say_nothing_of_the_words(words: bytes) -> None:
    assert len(padded(words)) % STEP == 0 and padded(words).startswith(words)


def test_a_point_that_is_not_on_the_curve_is_no_key() -> None:
    point = bytearray(unwritten(_UA_PUBLIC))
    point[-1] ^= 1
    off = written(bytes(point))
    compressed = written(
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unwritten(_UA_PUBLIC)).public_bytes(
            Encoding.X962, PublicFormat.CompressedPoint
        )
    )
    for keys in (
        {"p256dh": off, "auth": _AUTH},
        {"p256dh": compressed, "auth": _AUTH},
        {"p256dh": _UA_PUBLIC, "auth": written(b"x" * 15)},
        {"p256dh": _UA_PUBLIC, "auth": "no base64!"},
        {"p256dh": "ä", "auth": _AUTH},
        {},
    ):
        with pytest.raises(Invalid):
            browser(keys)
