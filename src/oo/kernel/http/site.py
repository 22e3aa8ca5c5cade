"""Under which address a request reached oO, and what follows: the cookie, the origin, or a refusal with the mend."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from oo.kernel.http.problems import Refusal
from oo.kernel.settings import LOCAL_NAMES, Network

_HOST = re.compile(r"(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]{1,253})(?::(\d{1,5}))?")
_FORWARDED = (b"x-forwarded-for", b"x-forwarded-proto", b"x-forwarded-host", b"forwarded")
_REMEMBERED = 256
_DEFAULT_PORTS = {"http": "80", "https": "443"}


@dataclass(frozen=True, slots=True)
class Site:
    """The address by which a browser knows oO."""

    origin: str
    """As in the `Origin` header: scheme, host and port."""
    cookie: str
    """Name of the session cookie."""
    secure: bool
    """True over https."""

    def session_cookie(self, value: str, seconds: int) -> str:
        """The `Set-Cookie` value that gives a browser its session for at most this long."""
        # Lax, not Strict: a sign-in link is opened from a mail or a terminal, and the redirect that follows belongs to
        # that foreign navigation; a Strict cookie would be held back there, and the person met by the sign-in page. Lax
        # cookies come along on top-level GETs only, by which nothing changes; changes are checked by origin and token.
        secure = "; Secure" if self.secure else ""
        return f"{self.cookie}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"

    def ended_cookie(self) -> str:
        """The `Set-Cookie` value that takes the session away."""
        return self.session_cookie("", 0)


class Sites:
    """Decides for each request which site it came to, or why it is refused."""

    def __init__(self, public_url: str | None = None, trusted_proxies: Iterable[Network] = ()) -> None:
        self._public = public_url
        self._trusted = tuple(trusted_proxies)
        self._known: dict[tuple[str, bytes], Site] = {}

    def of(self, scope: Mapping[str, Any], headers: Mapping[bytes, bytes]) -> Site:
        """The site of a request; raises `Refusal` for a foreign host and for plain http from afar."""
        scheme, host = scope["scheme"], headers.get(b"host", b"")
        for name in _FORWARDED:
            if name in headers:
                scheme, host = self._forwarded(scope, headers, host)
                break
        site = self._known.get((scheme, host))
        if site is None:
            site = self._judged(scheme, host.decode("latin-1"), scope)
            if len(self._known) < _REMEMBERED:
                self._known[(scheme, host)] = site
        return site

    def client(self, scope: Mapping[str, Any], headers: Mapping[bytes, bytes]) -> str:
        """The address of whoever asks, seen through trusted proxies; for IPv6 its /64 network, one customer's."""
        address = _peer(scope)
        if self._trusts(address):
            hops = headers.get(b"x-forwarded-for", b"").decode("latin-1").split(",")
            address = next(
                (hop.strip() for hop in reversed(hops) if hop.strip() and not self._trusts(hop.strip())), address
            )
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return address[:64]
        return str(ipaddress.ip_network((parsed, 64), strict=False)) if parsed.version == 6 else str(parsed)

    def _forwarded(self, scope: Mapping[str, Any], headers: Mapping[bytes, bytes], host: bytes) -> tuple[str, bytes]:
        """Scheme and host as the proxy saw them; one that nobody vouched for is refused: cookies rest on its word."""
        peer = _peer(scope)
        if not self._trusts(peer):
            raise Refusal(
                403,
                "proxy-unknown",
                f"This came through a proxy at {peer} that oO does not know. If it is yours, set "
                f"OO_TRUSTED_PROXIES={peer} and OO_PUBLIC_URL to the address people open (docs/how-to/https.md).",
            )
        scheme = _last(headers.get(b"x-forwarded-proto")) or scope["scheme"].encode()
        return scheme.decode("latin-1").lower(), _last(headers.get(b"x-forwarded-host")) or host

    def _judged(self, scheme: str, host: str, scope: Mapping[str, Any]) -> Site:
        match = _HOST.fullmatch(host)
        if match is None or scheme not in _DEFAULT_PORTS:
            raise Refusal(400, "host-unclear", "This request does not say which host it is for.")
        name, port = match[1].lower(), match[2]
        origin = f"{scheme}://{name}" + (f":{port}" if port and port != _DEFAULT_PORTS[scheme] else "")
        if scheme == "http" and name.strip("[]") not in LOCAL_NAMES:
            raise Refusal(403, "https-needed", self._plain_http(_peer(scope)))
        if scheme == "https" and self._public and origin != self._public:
            raise Refusal(421, "host-foreign", f"This oO is at {self._public}; OO_PUBLIC_URL says so.")
        return Site(origin, "__Host-oo", True) if scheme == "https" else Site(origin, "oo", False)

    def _plain_http(self, peer: str) -> str:
        mend = "put https before oO and set OO_PUBLIC_URL and OO_TRUSTED_PROXIES (docs/how-to/https.md)"
        if self._public and self._public.startswith("https:"):
            mend = f"open {self._public}, and let its proxy send X-Forwarded-Proto with OO_TRUSTED_PROXIES={peer}"
        return f"Plain http works on 127.0.0.1 and localhost only: {mend}."

    def _trusts(self, address: str) -> bool:
        if not self._trusted:
            return False
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(parsed in network for network in self._trusted)


def _peer(scope: Mapping[str, Any]) -> str:
    client = scope.get("client")
    return str(client[0]) if client else "unknown"


def _last(value: bytes | None) -> bytes:
    """The last of several values: the one that the nearest proxy added."""
    return value.rsplit(b",", 1)[-1].strip() if value else b""
