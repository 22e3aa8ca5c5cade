"""Who a connector speaks to: the manifest's addresses, unless the instance's settings name others."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from oo.contracts.manifests import ConnectorManifest, OAuthRules
from oo.kernel.settings import Settings


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider of accounts as this instance knows it."""

    name: str
    """What people call it."""
    rules: OAuthRules
    client_id: str
    client_secret: str
    authorize: str
    token: str
    api: str
    revoke: str
    issuer: str
    """What a callback may name as its issuer."""
    hosts: frozenset[str]
    """Hosts that the operator named, which may have private addresses."""

    @property
    def ready(self) -> bool:
        """Whether the instance has a client there."""
        return bool(self.client_id) and (bool(self.client_secret) or self.rules.token_auth == "none")  # noqa: S105

    @property
    def needed(self) -> frozenset[str]:
        """The scopes without which nothing works."""
        return frozenset(self.rules.scopes if self.rules.needed is None else self.rules.needed)


def provider_of(manifest: ConnectorManifest, settings: Settings) -> Provider | None:
    """The provider of a connector's accounts; None for a connector of another kind."""
    rules = manifest.oauth
    if rules is None:
        return None

    def said(what: str) -> str:
        value = settings.providers.get(f"{rules.provider}_{what}")
        return "" if value is None else value.get_secret_value()

    given = {name: said(f"{name}_url") for name in ("auth", "token", "api", "revoke")}
    api = given["api"] or rules.api
    authorize = given["auth"] or rules.authorize
    return Provider(
        name=manifest.name,
        rules=rules,
        client_id=said("client_id"),
        client_secret=said("client_secret"),
        authorize=authorize,
        token=given["token"] or rules.token,
        api=api if api.endswith("/") else f"{api}/",
        revoke=given["revoke"] or rules.revoke,
        issuer=origin(authorize) if given["auth"] or not rules.issuer else rules.issuer,
        hosts=frozenset(urlsplit(one).netloc.lower() for one in given.values() if one),
    )


def origin(address: str) -> str:
    """Scheme, host and port of an address.

    >>> origin("https://api.todoist.com/api/v1/")
    'https://api.todoist.com'
    """
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc.lower()}"
