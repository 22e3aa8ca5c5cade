"""Asks a provider: what it says of itself, its public keys, and what a code is worth.

Everything goes through the house's careful client, without redirects; hosts at home are asked only where the operator
named them. What is described may be remembered for an hour, keys are fetched again when one is missing (OpenID Connect
Discovery 1.0; RFC 8414; RFC 7517), at most once a minute.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from oo.kernel.clock import Clock
from oo.kernel.http.client import Client as Http
from oo.kernel.http.client import trusted
from oo.kernel.http.failures import HttpFailed
from oo.kernel.log import get_logger
from oo.kernel.settings import LOCAL_NAMES
from oo.modules.auth.providers import Client
from oo.modules.auth.refusals import SignInRefused

if TYPE_CHECKING:
    import ssl

KEPT = timedelta(hours=1)
KEYS_AGAIN = timedelta(minutes=1)
_SECONDS = 10.0
_LIMIT = 512 * 1024

log = get_logger("auth")


@dataclass(frozen=True, slots=True)
class Described:
    """What a provider says of itself, as far as we trust it."""

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str
    names_itself: bool
    """It says who it is when it sends a browser back (RFC 9207)."""
    algorithms: frozenset[str]
    secret_in_body: bool


class Issuers:
    """Knows providers for a while."""

    def __init__(self, clock: Clock, http: Callable[[frozenset[str]], Http] | None = None) -> None:
        self._clock = clock
        self._http = http or self._asking
        self._tls: ssl.SSLContext | None = None
        self._described: dict[str, tuple[Described, datetime]] = {}
        self._keys: dict[str, tuple[Mapping[str, Any], datetime]] = {}

    async def described(self, client: Client) -> Described:
        """What the provider says of itself; raises `SignInRefused`."""
        known, now = self._described.get(client.id), self._clock.now()
        if known is not None and now < known[1] + KEPT:
            return known[0]
        url = client.issuer.rstrip("/") + "/.well-known/openid-configuration"
        described = _understood(client, await self._json(client, "GET", url))
        self._described[client.id] = described, now
        return described

    async def keys(self, client: Client, *, missing: bool = False) -> Mapping[str, Any]:
        """The provider's JSON Web Key Set; fetched again when one was `missing` from it, at most once a minute."""
        known, now = self._keys.get(client.id), self._clock.now()
        if known is not None and now < known[1] + (KEYS_AGAIN if missing else KEPT):
            return known[0]
        found = await self._json(client, "GET", (await self.described(client)).jwks_uri)
        if not isinstance(found.get("keys"), list):
            raise SignInRefused("keys")
        self._keys[client.id] = found, now
        return found

    async def exchange(self, client: Client, *, code: str, redirect: str, verifier: str) -> Mapping[str, Any]:
        """The tokens that a code is worth; raises `SignInRefused` (RFC 6749 section 4.1.3, RFC 7636)."""
        from authlib.oauth2.rfc6749.parameters import prepare_token_request

        described = await self.described(client)
        headers = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
        more: dict[str, str] = {}
        if client.secret and not described.secret_in_body:
            headers["authorization"] = _basic(client)
        else:
            more = {"client_id": client.client_id, "client_secret": client.secret}
        body = prepare_token_request(
            "authorization_code", redirect_uri=redirect, code=code, code_verifier=verifier, **more
        )
        tokens = await self._json(client, "POST", described.token_endpoint, headers=headers, content=body)
        if not isinstance(tokens.get("id_token"), str):
            raise SignInRefused("exchange")
        return tokens

    async def userinfo(self, client: Client, access_token: str) -> Mapping[str, Any]:
        """What else the provider says of whoever the access token is for; empty where it says nothing."""
        url = (await self.described(client)).userinfo_endpoint
        if not url or not access_token:
            return {}
        return await self._json(client, "GET", url, headers={"authorization": f"Bearer {access_token}"})

    def _asking(self, hosts: frozenset[str]) -> Http:
        # Made once: to read the certificates takes longer than to ask.
        self._tls = self._tls or trusted()
        return Http(allowed=hosts, seconds=_SECONDS, limit=_LIMIT, redirects=False, tls=self._tls)

    async def _json(self, client: Client, method: str, url: str, **sent: Any) -> Mapping[str, Any]:
        try:
            async with self._http(client.hosts) as http:
                reply = await http.ask(method, url, **sent)
        except HttpFailed as error:
            log.warning("provider.away", kind=client.id, error=type(error).__name__)
            raise SignInRefused("away") from None
        try:
            found = json.loads(reply.body)
        except ValueError:
            found = None
        if reply.status != 200 or not isinstance(found, dict):
            said = found.get("error") if isinstance(found, dict) else ""
            known = said if said in _ERRORS else "unknown"
            log.warning("provider.refused", kind=client.id, status=reply.status, reason=known)
            raise SignInRefused("away" if reply.status >= 500 else "exchange")
        return found


_ERRORS = frozenset(
    {"invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type"}
)


def _understood(client: Client, said: Mapping[str, Any]) -> Described:
    """The metadata, once its issuer is exactly the one that was asked for (Discovery 1.0 section 4.3)."""
    if said.get("issuer") != client.issuer:
        raise SignInRefused("discovery")
    found = {**said, **client.addresses}
    places = {name: found.get(name) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")}
    if not all(isinstance(url, str) and _safe(url, client) for url in places.values()):
        raise SignInRefused("discovery")
    about = found.get("userinfo_endpoint")
    announced = found.get("id_token_signing_alg_values_supported")
    methods = found.get("token_endpoint_auth_methods_supported")
    return Described(
        **{name: str(url) for name, url in places.items()},
        userinfo_endpoint=about if isinstance(about, str) and _safe(about, client) else "",
        names_itself=found.get("authorization_response_iss_parameter_supported") is True,
        algorithms=frozenset(str(one) for one in announced) if isinstance(announced, list) else frozenset({"RS256"}),
        secret_in_body=isinstance(methods, list) and "client_secret_post" in methods,
    )


def _safe(url: str, client: Client) -> bool:
    """Over https; over plain http only where the operator's own issuer is on this machine."""
    parts = urlsplit(url)
    local = parts.scheme == "http" and parts.hostname in LOCAL_NAMES and parts.hostname in client.hosts
    return bool(parts.hostname) and (parts.scheme == "https" or local)


def _basic(client: Client) -> str:
    """HTTP Basic with both parts form-encoded first (RFC 6749 section 2.3.1)."""
    import base64

    pair = f"{quote(client.client_id, safe='')}:{quote(client.secret, safe='')}"
    return "Basic " + base64.b64encode(pair.encode()).decode()
