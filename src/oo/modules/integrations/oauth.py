"""OAuth 2 with PKCE (RFC 6749, 7636, 7009, 9700): the addresses, and what a provider's answers mean. Keeps nothing."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from urllib.parse import quote, urlencode, urlsplit

from oo.contracts.connectors import Reconnect, TryLater
from oo.kernel.http.client import Reply
from oo.modules.integrations.providers import Provider
from oo.modules.integrations.wire import AGAIN, AWAY, STRANGE, Wire

CLIENT = "The client of this instance is not accepted there. Whoever runs oO has to look at it."
SECONDS = 12.0
"""For one exchange: three tries end within the 60 seconds in which a rotated token may be shown again."""
_CAREFULLY: dict[str, Any] = {"seconds": SECONDS, "follow_redirects": False}
"""A redirect would carry the client's secret elsewhere."""
_ENDED = frozenset({"invalid_grant", "bad_authorization_code", "access_denied"})
_CLIENT = frozenset({"invalid_client", "unauthorized_client", "incorrect_application_credentials"})
_LONGEST = 20_000


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a provider gave."""

    access: str
    refresh: str | None
    expires_at: datetime | None
    scopes: frozenset[str] | None
    """What was granted; None when it did not say."""


def challenge(verifier: str) -> str:
    """The S256 challenge of a verifier (RFC 7636, appendix B).

    >>> challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
    'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'
    """
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def authorize_address(provider: Provider, state: str, verifier: str, redirect: str) -> str:
    """Where the person is sent to allow it."""
    rules = provider.rules
    asked = {
        "client_id": provider.client_id,
        "redirect_uri": redirect,
        "response_type": "code",
        "scope": rules.separator.join(rules.scopes),
        "state": state,
        **rules.extra,
    }
    if rules.pkce:
        asked |= {"code_challenge": challenge(verifier), "code_challenge_method": "S256"}
    between = "&" if urlsplit(provider.authorize).query else "?"
    return f"{provider.authorize}{between}{urlencode(asked, quote_via=quote)}"


async def exchange(wire: Wire, provider: Provider, code: str, verifier: str, redirect: str, now: datetime) -> Tokens:
    """Tokens for a code; raises `Reconnect` when the provider does not take it."""
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect}
    if provider.rules.pkce:
        form["code_verifier"] = verifier
    return await _ask_for_tokens(wire, provider, form, now)


async def refresh(wire: Wire, provider: Provider, token: str, now: datetime) -> Tokens:
    """New tokens; raises `Reconnect` when the provider has ended the old one."""
    return await _ask_for_tokens(wire, provider, {"grant_type": "refresh_token", "refresh_token": token}, now)


async def revoke(wire: Wire, provider: Provider, token: str, hint: Literal["access_token", "refresh_token"]) -> None:
    """Give a token back (RFC 7009); one that the provider does not know is given back already.

    Raises `TryLater` when it could not be told.
    """
    form, headers = _as_client(provider, provider.rules.revoke_auth, {"token": token, "token_type_hint": hint})
    reply = await wire.send("POST", provider.revoke, provider.hosts, data=form, headers=headers, **_CAREFULLY)
    if reply.status >= 500 or reply.status in (408, 429):
        raise TryLater(AWAY)
    if reply.status >= 400 and _error_of(reply) not in ("invalid_token", *_ENDED):
        raise TryLater(CLIENT if reply.status in (401, 403) else STRANGE)


async def _ask_for_tokens(wire: Wire, provider: Provider, form: Mapping[str, str], now: datetime) -> Tokens:
    sent, headers = _as_client(provider, provider.rules.token_auth, form)
    reply = await wire.send("POST", provider.token, provider.hosts, data=sent, headers=headers, **_CAREFULLY)
    if reply.status >= 500 or reply.status in (408, 429):
        wire.judged(reply)
    said = _object(reply)
    error = said.get("error")
    if reply.status >= 400 or error is not None:
        if error in _ENDED:
            raise Reconnect(AGAIN)
        raise TryLater(CLIENT if error in _CLIENT else STRANGE, timedelta(minutes=15))
    access, kind = said.get("access_token"), said.get("token_type", "Bearer")
    if not isinstance(access, str) or not 0 < len(access) <= _LONGEST or str(kind).lower() != "bearer":
        raise TryLater(STRANGE, timedelta(minutes=15))
    fresh, seconds, scopes = said.get("refresh_token"), said.get("expires_in"), said.get("scope")
    lasts = isinstance(seconds, int | float) and not isinstance(seconds, bool) and 0 <= seconds < 20 * 365 * 86_400
    return Tokens(
        access=access,
        refresh=fresh if isinstance(fresh, str) and 0 < len(fresh) <= _LONGEST else None,
        # By this machine's clock alone: what the provider's says does not matter.
        expires_at=now + timedelta(seconds=float(seconds)) if lasts else None,  # type: ignore[arg-type]
        scopes=frozenset(scopes.replace(",", " ").split()) if isinstance(scopes, str) and scopes else None,
    )


def _as_client(
    provider: Provider, how: Literal["post", "basic", "none"], form: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, str]]:
    """The form and the headers with which the client shows who it is."""
    sent, headers = dict(form), {"accept": "application/json"}
    if how == "basic":
        both = f"{quote(provider.client_id, safe='')}:{quote(provider.client_secret, safe='')}"
        headers["authorization"] = "Basic " + base64.b64encode(both.encode()).decode()
        return sent, headers
    sent["client_id"] = provider.client_id
    if how == "post" and provider.client_secret:
        sent["client_secret"] = provider.client_secret
    return sent, headers


def _object(reply: Reply) -> dict[str, Any]:
    try:
        said = json.loads(reply.body)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise TryLater(STRANGE, timedelta(minutes=15))
    return said


def _error_of(reply: Reply) -> str:
    try:
        said = json.loads(reply.body)
    except (ValueError, RecursionError):
        return ""
    return str(said.get("error", "")) if isinstance(said, dict) else ""
