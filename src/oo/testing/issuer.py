"""A provider of OpenID Connect over real HTTP that keeps the rules, and breaks each of them when it is told to.

It checks what a good provider checks: client, secret, the exact redirect address, PKCE, and that a code is used once
(RFC 6749, RFC 7636, OpenID Connect Core 1.0). It signs with a key of its own, names itself when it sends a browser
back (RFC 9207), and says yes for whoever `who` is.
"""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, quote, urlencode, urlsplit

from oo.kernel.clock import Clock, SystemClock
from oo.testing.tokens import Signer, at_hash, challenge_of


@dataclass(frozen=True, slots=True)
class Faults:
    """What the provider does wrong; nothing by default."""

    issuer: str | None = None
    """Calls itself so in tokens."""
    described: Mapping[str, Any] = field(default_factory=dict)
    """Says so of itself in discovery."""
    answers_as: str | None = None
    """Calls itself so when it sends a browser back; empty for not at all."""
    audience: Any = None
    party: str | None = None
    lives: float = 3600.0
    begun: float = 0.0
    """Seconds from now."""
    nonce: str | None = None
    algorithm: str = "RS256"
    """`none` and `HS256` are forgeries that need no key of ours."""
    key_name: str | None = None
    header: Mapping[str, Any] = field(default_factory=dict)
    stranger: bool = False
    """Signs with a key that it never published."""
    access_token_of_another: bool = False
    claims: Mapping[str, Any] = field(default_factory=dict)
    about: Mapping[str, Any] | None = None
    """What userinfo says in place of the truth."""
    lax: bool = False
    """Checks neither PKCE nor redirect address nor that a code is used once."""
    status: int = 200
    """Of the token endpoint."""
    body: bytes | None = None
    """Of the token endpoint, in place of JSON."""
    slow: float = 0.0
    """Seconds before the token endpoint answers."""
    sends_on: str | None = None
    """The token endpoint redirects there."""


class StandInIssuer:
    """The provider, while it runs."""

    def __init__(self, clock: Clock | None = None, signer: Signer | None = None) -> None:
        self.faults = Faults()
        self.who: dict[str, Any] = {"sub": "g-1", "email": "lena@example.org", "email_verified": True, "name": "Lena"}
        self.clients: dict[str, str] = {"oo": "a secret of the client, with % and :"}
        self.redirects: set[str] = set()
        """The addresses that were registered; with none, any."""
        self.announces_itself = True
        self.asked: list[str] = []
        """Paths, in order."""
        self.signer = signer or Signer("key-1")
        self._clock = clock or SystemClock()
        self._codes: dict[str, dict[str, str]] = {}
        self._access: dict[str, dict[str, Any]] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.origin = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> StandInIssuer:
        """Serve."""
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self._server.shutdown()
        self._server.server_close()

    def wrong(self, **faults: Any) -> None:
        """Do these things wrong from now on."""
        self.faults = replace(self.faults, **faults)

    def visit(self, url: str) -> dict[str, str]:
        """Say yes at the address that a browser was sent to; the parameters with which it comes back."""
        return dict(parse_qsl(urlsplit(self.approve(dict(parse_qsl(urlsplit(url).query)))).query))

    def approve(self, asked: Mapping[str, str]) -> str:
        """Where a browser goes after a yes; raises `ValueError` for what no good provider takes."""
        if asked.get("client_id") not in self.clients or asked.get("response_type") != "code":
            raise ValueError("unknown client, or another response than a code")
        if self.redirects and asked.get("redirect_uri") not in self.redirects and not self.faults.lax:
            raise ValueError("the redirect address was not registered")
        if "openid" not in asked.get("scope", "").split() or asked.get("code_challenge_method") != "S256":
            raise ValueError("no openid, or no PKCE with S256")
        code = f"code-{len(self._codes)}-{time.monotonic_ns()}"
        self._codes[code] = dict(asked)
        back = {"code": code, "state": asked["state"]}
        said = self.faults.answers_as if self.faults.answers_as is not None else self.origin
        if self.announces_itself and said:
            back["iss"] = said
        return f"{asked['redirect_uri']}?{urlencode(back)}"

    def tokens(self, form: Mapping[str, str], client: str, secret: str) -> tuple[int, dict[str, Any]]:
        """The answer of the token endpoint."""
        faults = self.faults
        if self.clients.get(client) != secret:
            return 401, {"error": "invalid_client"}
        asked = self._codes.get(form.get("code", "")) if faults.lax else self._codes.pop(form.get("code", ""), None)
        if form.get("grant_type") != "authorization_code" or asked is None or asked["client_id"] != client:
            return 400, {"error": "invalid_grant"}
        if not faults.lax and (
            form.get("redirect_uri") != asked["redirect_uri"]
            or challenge_of(form.get("code_verifier", "")) != asked["code_challenge"]
        ):
            return 400, {"error": "invalid_grant"}
        access = f"access-{time.monotonic_ns()}"
        self._access[access] = dict(self.who)
        token = self._id_token(asked, "another" if faults.access_token_of_another else access)
        return 200, {"access_token": access, "token_type": "Bearer", "expires_in": 3600, "id_token": token}

    def _id_token(self, asked: Mapping[str, str], access: str) -> str:
        faults, now = self.faults, self._clock.now().timestamp()
        claims = {
            "iss": faults.issuer or self.origin,
            "aud": asked["client_id"] if faults.audience is None else faults.audience,
            "iat": now + faults.begun,
            "exp": now + faults.lives,
            "nonce": asked.get("nonce", "") if faults.nonce is None else faults.nonce,
            "at_hash": at_hash(access),
            **self.who,
            **faults.claims,
        }
        if faults.party is not None:
            claims["azp"] = faults.party
        claims = {name: value for name, value in claims.items() if value is not None}
        signer = Signer(self.signer.name) if faults.stranger else self.signer
        return signer.token(claims, faults.algorithm, name=faults.key_name, header=faults.header)

    def metadata(self) -> dict[str, Any]:
        """What discovery says."""
        return {
            "issuer": self.origin,
            "authorization_endpoint": f"{self.origin}/authorize",
            "token_endpoint": f"{self.origin}/token",
            "jwks_uri": f"{self.origin}/keys",
            "userinfo_endpoint": f"{self.origin}/userinfo",
            "response_types_supported": ["code"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "authorization_response_iss_parameter_supported": self.announces_itself,
            "code_challenge_methods_supported": ["S256"],
            **self.faults.described,
        }

    def about(self, access: str) -> dict[str, Any] | None:
        """What userinfo says to whoever holds an access token; None to anybody else."""
        whose = self._access.get(access)
        if whose is None:
            return None
        return dict(self.faults.about) if self.faults.about is not None else whose


@contextlib.contextmanager
def issuer(clock: Clock | None = None, signer: Signer | None = None) -> Iterator[StandInIssuer]:
    """A provider on a free port of this machine."""
    with StandInIssuer(clock, signer) as running:
        yield running


def _handler(home: StandInIssuer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            home.asked.append(parts.path)
            if parts.path == "/.well-known/openid-configuration":
                self._json(200, home.metadata())
            elif parts.path == "/keys":
                self._json(200, {"keys": [home.signer.public()]})
            elif parts.path == "/authorize":
                self._sent(302, b"", location=home.approve(dict(parse_qsl(parts.query))))
            elif parts.path == "/userinfo":
                said = home.about(self.headers.get("authorization", "").removeprefix("Bearer "))
                self._json(401 if said is None else 200, said or {"error": "invalid_token"})
            else:
                self._json(404, {})

        def do_POST(self) -> None:
            home.asked.append(urlsplit(self.path).path)
            size = int(self.headers.get("content-length", "0"))
            form = {name: values[0] for name, values in parse_qs(self.rfile.read(size).decode()).items()}
            faults = home.faults
            time.sleep(faults.slow)
            if faults.sends_on is not None:
                self._sent(307, b"", location=faults.sends_on)
            elif faults.body is not None or faults.status != 200:
                self._sent(faults.status, faults.body or b'{"error":"temporarily_unavailable"}')
            else:
                self._json(*home.tokens(form, *self._client(form)))

        def _client(self, form: Mapping[str, str]) -> tuple[str, str]:
            import base64
            from urllib.parse import unquote

            basic = self.headers.get("authorization", "")
            if not basic.startswith("Basic "):
                return form.get("client_id", ""), form.get("client_secret", "")
            client, _, secret = base64.b64decode(basic[6:]).decode().partition(":")
            return unquote(client), unquote(secret)

        def _json(self, status: int, value: object) -> None:
            self._sent(status, json.dumps(value).encode())

        def _sent(self, status: int, body: bytes, **headers: str) -> None:
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            for name, value in headers.items():
                self.send_header(name, quote(value, safe=":/?&=%#.~-_+"))
            self.end_headers()
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                self.wfile.write(body)

    return Handler
