"""The stand-in's OAuth: code with PKCE, refresh tokens that stay, consent to some scopes only, revocation."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from oo.testing.determinism import CountingIds

CLIENT_ID, CLIENT_SECRET = "oo.apps.googleusercontent.com", "GOCSPX-stand-in"
SECONDS = 3599


@dataclass(frozen=True, slots=True)
class Code:
    """What a code stands for until it is used."""

    redirect: str
    challenge: str
    scope: str
    offline: bool


@dataclass(slots=True)
class Access:
    """Codes and tokens of the one account there is."""

    ids: CountingIds = field(default_factory=CountingIds)
    codes: dict[str, Code] = field(default_factory=dict)
    access: dict[str, str] = field(default_factory=dict)
    """Access tokens with their refresh token, `""` for none."""
    refresh: dict[str, str] = field(default_factory=dict)
    """Refresh tokens with their scope."""
    refreshed: int = 0
    revoked: list[str] = field(default_factory=list)
    only: str | None = None
    """The scopes that the person ticks; None: all."""
    denies: bool = False

    def authorize(self, query: Mapping[str, str]) -> str:
        """Where the browser is sent; raises `ValueError` for what Google shows on its own page."""
        if query.get("client_id") != CLIENT_ID or query.get("response_type") != "code" or "redirect_uri" not in query:
            raise ValueError("invalid_client")
        if query.get("code_challenge_method") != "S256" or not query.get("code_challenge"):
            raise ValueError("invalid_request: code_challenge")
        back = query["redirect_uri"]
        if self.denies:
            return f"{back}?" + urlencode({"error": "access_denied", "state": query.get("state", "")})
        code = self.ids.token(16)
        scope = query.get("scope", "") if self.only is None else self.only
        offline = query.get("access_type") == "offline" and (query.get("prompt") == "consent" or not self.refresh)
        self.codes[code] = Code(back, query["code_challenge"], scope, offline)
        sent = {"code": code, "state": query.get("state", ""), "scope": scope, "authuser": "0", "prompt": "consent"}
        return f"{back}?" + urlencode(sent)

    def token(self, form: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
        """The token endpoint."""
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            return 401, {"error": "invalid_client", "error_description": "The OAuth client was not found."}
        if form.get("grant_type") == "authorization_code":
            return self._first(form)
        if form.get("grant_type") == "refresh_token":
            kept = form.get("refresh_token", "")
            if kept not in self.refresh:
                return 400, {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}
            self.refreshed += 1
            return 200, self._issued(kept, self.refresh[kept])
        return 400, {"error": "unsupported_grant_type"}

    def revoke(self, token: str) -> tuple[int, dict[str, Any]]:
        """Any token ends all that the person allowed this client, whenever that was."""
        kept = self.access.get(token, token)
        if token not in self.access and kept not in self.refresh:
            return 400, {"error": "invalid_token"}
        self.refresh.clear()
        self.access.clear()
        self.revoked.append(token)
        return 200, {}

    def allows(self, header: str) -> bool:
        """Whether a request's authority counts."""
        return header.removeprefix("Bearer ") in self.access

    def grant(self, scope: str = "") -> tuple[str, str]:
        """Access and refresh token as if somebody had consented."""
        kept = f"1//0{self.ids.token(16)}"
        self.refresh[kept] = scope
        return str(self._issued(kept, scope)["access_token"]), kept

    def expire(self) -> None:
        """Every access token is over."""
        self.access.clear()

    def _first(self, form: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
        code = self.codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if code is None or code.redirect != form.get("redirect_uri") or code.challenge != challenge:
            return 400, {"error": "invalid_grant", "error_description": "Bad Request"}
        kept = ""
        if code.offline:
            kept = f"1//0{self.ids.token(16)}"
            self.refresh[kept] = code.scope
        issued = self._issued(kept, code.scope)
        return 200, issued | ({"refresh_token": kept} if kept else {})

    def _issued(self, kept: str, scope: str) -> dict[str, Any]:
        token = f"ya29.{self.ids.token(16)}"
        self.access[token] = kept
        return {"access_token": token, "expires_in": SECONDS, "scope": scope, "token_type": "Bearer"}
