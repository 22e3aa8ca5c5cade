from __future__ import annotations

import asyncio
import contextlib
import gzip
import ipaddress
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from oo.kernel.http.addresses import addresses_of, is_public
from oo.kernel.http.client import Client, check_redirect
from oo.kernel.http.failures import (
    AddressRefused,
    HttpFailed,
    RedirectRefused,
    ReplyGarbled,
    ReplyTooLarge,
    Unanswered,
    Unreachable,
)

pytestmark = pytest.mark.anyio
HERE = {"localhost", "127.0.0.1"}


@asynccontextmanager
async def server(
    answer: Callable[[str, dict[str, str]], bytes | None], tls: ssl.SSLContext | None = None
) -> AsyncIterator[int]:
    """A real server on a free port of this machine; `answer` gives the bytes, None keeps silent."""

    writers: list[asyncio.StreamWriter] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            first, *rest = head.split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in rest if line)}
            said = answer(first.split(" ")[1], headers)
            if said is not None:
                writer.write(said)
                await writer.drain()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    try:
        yield listening.sockets[0].getsockname()[1]
    finally:
        listening.close()
        for writer in writers:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()


def http(body: bytes = b"", status: str = "200 OK", length: int | None = None, **headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"content-length: {len(body) if length is None else length}", "connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


async def test_an_answer_comes_back_whatever_its_status() -> None:
    async with server(lambda *_: http(b"gone", "410 Gone", etag="x")) as port, Client(allowed=HERE) as client:
        reply = await client.ask("GET", f"http://localhost:{port}/")
    assert (reply.status, reply.body, reply.headers["etag"]) == (410, b"gone", "x")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.1", "0x7f000001", "[::1]", "[::ffff:127.0.0.1]", "0"])
async def test_this_machine_is_not_asked(host: str) -> None:
    asked: list[str] = []

    def answer(path: str, _: dict[str, str]) -> bytes:
        asked.append(path)
        return http(b"secret")

    async with server(answer) as port, Client() as client:
        with pytest.raises(HttpFailed) as failed:
            await client.ask("GET", f"http://{host}:{port}/")
    assert isinstance(failed.value, AddressRefused | Unreachable)
    assert asked == []


@pytest.mark.parametrize(
    "address",
    ["10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.1", "224.0.0.1",
     "255.255.255.255", "::1", "::", "fe80::1", "fd00::1", "ff02::1", "::ffff:10.0.0.1", "64:ff9b::a9fe:a9fe",
     "2002:7f00:1::"],
)  # fmt: skip
def test_private_addresses_are_known_in_every_dress(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["93.184.215.14", "1.1.1.1", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


async def test_a_name_with_one_private_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 80)) for one in ("93.184.215.14", "10.0.0.1")]

    async def lookup(*_: Any, **__: Any) -> Any:
        return answers

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", lookup)
    with pytest.raises(AddressRefused):
        await addresses_of("rebinding.example", 80, ())
    answers.pop()
    assert await addresses_of("rebinding.example", 80, ()) == ["93.184.215.14"]


async def test_a_name_is_looked_up_once_and_the_connection_goes_to_what_was_checked() -> None:
    looked: list[str] = []
    loop = asyncio.get_running_loop()
    real = loop.getaddrinfo

    async def counting(host: Any, *rest: Any, **more: Any) -> Any:
        looked.append(host)
        return await real(host, *rest, **more)

    async with server(lambda _, headers: http(headers["host"].encode())) as port, Client(allowed=HERE) as client:
        loop.getaddrinfo = counting  # type: ignore[method-assign]
        try:
            reply = await client.ask("GET", f"http://localhost:{port}/")
        finally:
            loop.getaddrinfo = real  # type: ignore[method-assign]
    assert reply.body == f"localhost:{port}".encode()
    assert [name for name in looked if name == "localhost"] == ["localhost"]


async def test_a_redirect_to_a_private_address_is_refused() -> None:
    asked: list[str] = []

    def answer(path: str, _: dict[str, str]) -> bytes:
        asked.append(path)
        return http(status="302 Found", location=f"http://[::1]:{ports[0]}/secret") if path == "/" else http(b"secret")

    ports: list[int] = []
    async with server(answer) as port, Client(allowed={"127.0.0.1"}) as client:
        ports.append(port)
        with pytest.raises(AddressRefused):
            await client.ask("GET", f"http://127.0.0.1:{port}/")
    assert asked == ["/"]


async def test_redirects_on_the_same_server_are_followed_and_have_an_end() -> None:
    def answer(path: str, _: dict[str, str]) -> bytes:
        if path == "/loop":
            return http(status="302 Found", location="/loop")
        return http(b"there") if path == "/there" else http(status="301 Moved", location="/there")

    async with server(answer) as port, Client(allowed=HERE) as client:
        assert (await client.ask("GET", f"http://localhost:{port}/")).body == b"there"
        with pytest.raises(RedirectRefused):
            await client.ask("GET", f"http://localhost:{port}/loop")


@pytest.mark.parametrize(
    ("at", "to", "fine"),
    [
        ("https://a.example/", "http://a.example/", False),
        ("https://a.example/", "ftp://a.example/", False),
        ("https://a.example/", "/there", True),
        ("https://a.example/", "//b.example/", True),
        ("http://a.example/", "https://a.example/", True),
        ("http://a.example/", "http://b.example/", True),
    ],
)
async def test_a_redirect_never_leaves_https(at: str, to: str, fine: bool) -> None:
    response = httpx2.Response(302, headers={"location": to}, request=httpx2.Request("GET", at))
    with contextlib.nullcontext() if fine else pytest.raises(RedirectRefused):
        await check_redirect(response)


@pytest.mark.parametrize(
    "said",
    [http(b"x" * 2000), http(length=2000), http(gzip.compress(b"x" * 1_000_000), content_encoding="gzip")],
    ids=["long", "says so", "bomb"],
)
async def test_an_answer_over_the_limit_is_cut_off(said: bytes) -> None:
    async with server(lambda *_: said) as port, Client(allowed=HERE, limit=1000) as client:
        with pytest.raises(ReplyTooLarge):
            await client.ask("GET", f"http://localhost:{port}/")


async def test_zipped_answers_are_unzipped_and_garbled_ones_refused() -> None:
    fine, broken = gzip.compress(b"words" * 100), b"no gzip"
    for said, body in ((fine, b"words" * 100), (broken, None)):
        async with (
            server(lambda *_, said=said: http(said, content_encoding="gzip")) as port,
            Client(allowed=HERE) as client,
        ):
            if body is None:
                with pytest.raises(ReplyGarbled):
                    await client.ask("GET", f"http://localhost:{port}/")
            else:
                assert (await client.ask("GET", f"http://localhost:{port}/")).body == body


async def test_silence_has_an_end_and_the_error_has_no_address() -> None:
    async with server(lambda *_: None) as port, Client(allowed=HERE, seconds=0.2) as client:
        with pytest.raises(Unreachable) as failed:
            await client.ask("GET", f"http://localhost:{port}/feed?token=secret")
    assert "secret" not in str(failed.value)
    assert "localhost" in str(failed.value)


async def test_nothing_of_the_environment_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    async with server(lambda *_: http(b"direct")) as port, Client(allowed=HERE) as client:
        assert (await client.ask("GET", f"http://localhost:{port}/")).body == b"direct"


async def test_the_trace_goes_along() -> None:
    async with server(lambda _, headers: http(headers["traceparent"].encode())) as port, Client(allowed=HERE) as client:
        assert len((await client.ask("GET", f"http://localhost:{port}/")).body) == 55


async def test_a_certificate_that_nobody_vouches_for_ends_the_exchange(tmp_path: Path) -> None:
    asked: list[str] = []

    def answer(path: str, _: dict[str, str]) -> bytes:
        asked.append(path)
        return http(b"secret")

    async with server(answer, self_signed(tmp_path, "localhost")) as port, Client(allowed=HERE) as client:
        with pytest.raises(Unreachable):
            await client.ask("GET", f"https://localhost:{port}/")
    assert asked == []


def self_signed(folder: Path, name: str) -> ssl.SSLContext:
    """A server's context with a certificate for this name that it signed itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime(2026, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder(subject, subject, key.public_key(), 1, now, now + timedelta(days=3650))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "server.pem").write_bytes(key.private_bytes(*pem) + certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "server.pem")
    return context


async def test_whoever_was_asked_and_keeps_silent_may_have_done_it_and_whoever_is_not_there_has_not() -> None:
    async with server(lambda *_: None) as port, Client(allowed=HERE, seconds=3) as client:
        with pytest.raises(Unanswered):
            await client.ask("POST", f"http://localhost:{port}/", content=b"x")
    async with Client(allowed=HERE) as client:
        with pytest.raises(Unreachable) as failed:
            await client.ask("POST", f"http://localhost:{port}/", content=b"x")
    assert not isinstance(failed.value, Unanswered)


async def test_a_redirect_is_an_answer_where_none_is_followed() -> None:
    asked: list[str] = []

    def answer(path: str, _: dict[str, str]) -> bytes:
        asked.append(path)
        return http(b"", "307 Temporary Redirect", location="/elsewhere")

    async with server(answer) as port, Client(allowed=HERE, redirects=False) as client:
        assert (await client.ask("POST", f"http://localhost:{port}/here", content=b"x")).status == 307
    assert asked == ["/here"]
