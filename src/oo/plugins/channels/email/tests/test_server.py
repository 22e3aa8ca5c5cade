"""The mail server's faults: what was surely not taken, what nobody knows, and nothing twice."""

from __future__ import annotations

import ssl
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from oo.contracts.channels import Receipt
from oo.plugins.channels.email.composing import Composed, compose
from oo.plugins.channels.email.server import NotAServer, Server, hand_over, server_of
from oo.testing.channel_cases import NOW, message
from oo.testing.mail import Mood, mail_server

MAIL = compose(message(), "oO <oo@example.org>", "lena@example.org", "https://oo.example.org")


@pytest.fixture
def tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A server's certificate for 127.0.0.1 that this machine trusts while the test runs."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail at home")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(NOW - timedelta(days=4000))
        .not_valid_after(NOW + timedelta(days=4000))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    held = tmp_path / "key.pem"
    held.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    shown = tmp_path / "certificate.pem"
    shown.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(shown, held)
    monkeypatch.setenv("SSL_CERT_FILE", str(shown))
    return context


@pytest.mark.parametrize(
    ("mood", "meant", "taken"),
    [
        ("well", Receipt("delivered"), 1),
        ("gone", Receipt("gone", "no-such-address"), 0),
        ("full", Receipt("failed", "refused"), 0),
        ("busy", Receipt("later", "busy"), 0),
        ("greylists", Receipt("later", "busy"), 0),
        ("dropped-before", Receipt("later", "unreachable"), 0),
        ("dropped", Receipt("unknown", "no-answer"), 1),
        ("strange", Receipt("unknown", "strange-answer"), 1),
    ],
)
def test_what_the_server_says_or_does_not_say_has_one_meaning(mood: Mood, meant: Receipt, taken: int) -> None:
    with mail_server() as server:
        server.mood = mood
        assert hand_over(MAIL, server_of(server.url)) == meant
        assert (len(server.mails), server.tried) == (taken, 1)


def test_a_server_that_is_not_there_has_taken_nothing() -> None:
    assert hand_over(MAIL, Server("127.0.0.1", 1, tls=False)) == Receipt("later", "unreachable")


def test_starttls_is_used_and_the_password_says_who_sends(tls: ssl.SSLContext) -> None:
    with mail_server(tls, password="s3cr3t horse") as server:
        url = f"smtp://oo:s3cr3t%20horse@127.0.0.1:{server.port}"
        assert hand_over(MAIL, server_of(url)) == Receipt("delivered")
        wrong = f"smtp://oo:other@127.0.0.1:{server.port}"
        assert hand_over(MAIL, server_of(wrong)) == Receipt("failed", "not-let-in")


def test_tls_from_the_first_byte(tls: ssl.SSLContext) -> None:
    with mail_server(tls, at_once=True) as server:
        assert hand_over(MAIL, server_of(f"smtps://127.0.0.1:{server.port}")) == Receipt("delivered")


def test_a_certificate_that_nobody_vouches_for_gets_no_mail(
    tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with mail_server(tls) as server:
        assert hand_over(MAIL, server_of(server.url)) == Receipt("failed", "not-secure")
        assert server.mails == []


def test_words_and_passwords_do_not_leave_this_machine_in_the_open() -> None:
    with mail_server() as server:
        elsewhere = Server("localhost.localdomain", server.port, tls=False, name="oo", password="s3cr3t")
        assert hand_over(MAIL, elsewhere).outcome in ("failed", "later")
        assert server.mails == []


def test_a_line_with_a_dot_alone_does_not_end_the_mail() -> None:
    data = b"Subject: x\r\n\r\n.\r\n..two\r\nend\r\n"
    with mail_server() as server:
        assert hand_over(Composed("a@example.org", "b@example.org", data), server_of(server.url)).outcome == "delivered"
        assert server.raw == [data]


@pytest.mark.parametrize("url", ["", "mail.example.org", "http://mail.example.org", "smtp://", "smtp://x:99999"])
def test_what_is_no_mail_server_is_said_so(url: str) -> None:
    with pytest.raises(NotAServer):
        server_of(url)


def test_the_password_is_not_shown() -> None:
    assert "s3cr3t" not in repr(server_of("smtps://oo:s3cr3t@mail.example.org"))
