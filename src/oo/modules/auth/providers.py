"""The providers of OpenID Connect that the operator set: who they are, and what each one calls us."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from oo.kernel.settings import Settings

# Google says its name in two ways (developers.google.com/identity/openid-connect).
_OTHER_NAMES = {"https://accounts.google.com": frozenset({"accounts.google.com"})}


@dataclass(frozen=True, slots=True)
class Client:
    """Our client at a provider."""

    id: str
    """The provider's, as in addresses."""
    name: str
    issuer: str
    client_id: str
    secret: str = ""
    addresses: Mapping[str, str] = field(default_factory=dict)
    """Those that the operator set in place of discovered ones, by their name in the provider's metadata."""
    algorithms: frozenset[str] = frozenset()
    """Signatures that count, where fewer than the house's; empty for those that the provider announces."""

    @property
    def hosts(self) -> frozenset[str]:
        """The hosts that the operator named: they may be anywhere, also at home."""
        return frozenset(urlsplit(url).hostname or "" for url in (self.issuer, *self.addresses.values()))

    @property
    def names(self) -> frozenset[str]:
        """What the issuer may call itself in a token."""
        return frozenset({self.issuer}) | _OTHER_NAMES.get(self.issuer, frozenset())


def clients(settings: Settings) -> dict[str, Client]:
    """Every provider whose client is set, by id, in the order of the buttons."""
    found: dict[str, Client] = {}
    if settings.google_client_id:
        found["google"] = Client(
            "google",
            "Google",
            settings.google_issuer,
            settings.google_client_id,
            _secret(settings.google_client_secret),
            _addresses(settings, "google"),
            frozenset({"RS256"}),
        )
    if settings.oidc_issuer and settings.oidc_client_id:
        found["oidc"] = Client(
            "oidc",
            settings.oidc_name or urlsplit(settings.oidc_issuer).hostname or "OpenID Connect",
            settings.oidc_issuer,
            settings.oidc_client_id,
            _secret(settings.oidc_client_secret),
            _addresses(settings, "oidc"),
        )
    return found


def _addresses(settings: Settings, provider: str) -> dict[str, str]:
    named = {"authorization_endpoint": "auth", "token_endpoint": "token", "jwks_uri": "keys"}
    given = {name: getattr(settings, f"{provider}_{short}_url") for name, short in named.items()}
    return {name: url for name, url in given.items() if url}


def _secret(value: object) -> str:
    return "" if value is None else str(value.get_secret_value())  # type: ignore[attr-defined]
