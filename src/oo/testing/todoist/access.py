"""The stand-in's OAuth: a code with PKCE, tokens for an hour, refresh tokens that rotate with 60 seconds of grace."""

from __future__ import annotations

import base64
import hashlib
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

CLIENT_ID, CLIENT_SECRET = "oo-client", "oo-client-secret"
GRACE = timedelta(seconds=60)
CODE = timedelta(minutes=10)
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Code:
    """What a code stands for until it is used."""

    account: str
    redirect: str
    challenge: str
    scope: str
    until: datetime


@dataclass(slots=True)
class Family:
    """All tokens of one consent: one that is shown again too late ends them all."""

    account: str
    scope: str
    refresh: str = ""
    replaced: dict[str, tuple[datetime, str]] = field(default_factory=dict)
    """Old refresh tokens: when they were used, and the access token they gave."""


@dataclass(slots=True)
class Access:
    """Codes and tokens of everybody."""

    clock: Callable[[], datetime]
    seed: int = 7
    legacy: bool = False
    """Tokens for ten years without a refresh token, as older apps have."""
    same: bool = False
    """Whether a consent gives the access token that there is for the account."""
    only: str | None = None
    """What is granted whatever was asked."""
    codes: dict[str, Code] = field(default_factory=dict)
    access: dict[str, tuple[Family, datetime]] = field(default_factory=dict)
    refresh: dict[str, Family] = field(default_factory=dict)
    revoked: list[str] = field(default_factory=list)
    refreshed: int = 0
    """How often new tokens were made for old ones."""
    replays: int = 0
    _chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        """Begin to count."""
        self._chance = random.Random(self.seed)  # noqa: S311 - a stand-in's tokens guard nothing

    def wrong(self, query: Mapping[str, str]) -> str:
        """What Todoist shows in the browser instead of asking for consent, if anything."""
        if query.get("client_id") != CLIENT_ID:
            return "incorrect_application_credentials"
        if not query.get("redirect_uri"):
            return "no_redirect_uri"
        if query.get("code_challenge_method") != "S256" or not query.get("code_challenge"):
            return "invalid_request"
        return ""

    def allow(self, query: Mapping[str, str], account: str) -> str:
        """Where the browser is sent once the person allowed it."""
        code = self._token("code")
        scope = query.get("scope", "") if self.only is None else self.only
        until = self.clock() + CODE
        self.codes[code] = Code(account, query["redirect_uri"], query["code_challenge"], scope, until)
        return f"{query['redirect_uri']}?" + urlencode({"code": code, "state": query.get("state", "")})

    def deny(self, query: Mapping[str, str]) -> str:
        """Where the browser is sent when the person said no."""
        return f"{query['redirect_uri']}?" + urlencode({"error": "access_denied", "state": query.get("state", "")})

    def token(self, form: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
        """The token endpoint."""
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            return 400, {"error": "incorrect_application_credentials"}
        if form.get("grant_type", "authorization_code") == "authorization_code":
            return self._first(form)
        if form.get("grant_type") == "refresh_token":
            return self._again(form.get("refresh_token", ""))
        return 400, {"error": "unsupported_grant_type"}

    def grant(self, account: str, scope: str = "data:read_write") -> dict[str, Any]:
        """Tokens as if the account's owner had consented."""
        return self._issued(Family(account, scope))

    def revoke(self, token: str) -> None:
        """End a token and all that belong to it; unknown ones are ended already (RFC 7009)."""
        self.revoked.append(token)
        family = self.refresh.get(token) or (self.access.get(token) or (None,))[0]
        if family is not None:
            self._end(family)

    def account_of(self, header: str) -> str | None:
        """Whose request this is; None for a token that is over, or nobody's."""
        family, until = self.access.get(header.removeprefix("Bearer "), (None, None))
        return None if family is None or until is None or until <= self.clock() else family.account

    def expire(self) -> None:
        """Every access token is over; refresh tokens are not."""
        self.access.clear()

    def living(self, account: str) -> int:
        """How many tokens of an account still work."""
        return sum(family.account == account for family, _ in self.access.values()) + sum(
            family.account == account for family in self.refresh.values()
        )

    def _first(self, form: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
        code = self.codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if code is None or code.until < self.clock():
            return 400, {"error": "bad_authorization_code"}
        if code.redirect != form.get("redirect_uri") or code.challenge != challenge:
            return 400, {"error": "invalid_grant"}
        return 200, self._issued(Family(code.account, code.scope))

    def _again(self, token: str) -> tuple[int, dict[str, Any]]:
        family = self.refresh.get(token)
        if family is None:
            return 400, {"error": "invalid_grant"}
        if token in family.replaced:
            used, access = family.replaced[token]
            if self.clock() - used <= GRACE:
                said = {"access_token": access, "token_type": "Bearer", "expires_in": 3600, "scope": family.scope}
                return 200, said
            self.replays += 1
            self._end(family)
            return 400, {"error": "invalid_grant"}
        self.refreshed += 1
        issued = self._issued(family)
        family.replaced[token] = (self.clock(), issued["access_token"])
        return 200, issued

    def _issued(self, family: Family) -> dict[str, Any]:
        own = [token for token, (one, _) in self.access.items() if self.same and one.account == family.account]
        access = own[0] if own else self._token("at")
        lasts = timedelta(days=3650) if self.legacy else HOUR
        self.access[access] = (family, self.clock() + lasts)
        said = {"access_token": access, "token_type": "Bearer", "scope": family.scope}
        if self.legacy:
            return {**said, "expires_in": 315_360_000}
        family.refresh = self._token("rt")
        self.refresh[family.refresh] = family
        return {**said, "expires_in": 3600, "refresh_token": family.refresh}

    def _end(self, family: Family) -> None:
        self.access = {token: one for token, one in self.access.items() if one[0] is not family}
        self.refresh = {token: one for token, one in self.refresh.items() if one is not family}

    def _token(self, kind: str) -> str:
        return f"{kind}_{self._chance.getrandbits(120):030x}"
