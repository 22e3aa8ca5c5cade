"""What `oo doctor` looks at about signing in: half a setting, a provider that does not answer, the redirect address."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Iterator
from urllib.parse import urlsplit

from oo.entry.commands.doctor import Finding
from oo.kernel.clock import Clock
from oo.kernel.settings import Settings
from oo.modules.auth.claims import ALGORITHMS
from oo.modules.auth.issuers import Described, Issuers
from oo.modules.auth.providers import Client, clients
from oo.modules.auth.refusals import SignInRefused

_NEEDED = {"google": ("google_client_id", "google_client_secret"), "oidc": ("oidc_issuer", "oidc_client_id")}


def findings(settings: Settings, clock: Clock) -> Iterator[Finding]:
    """Everything about signing in that was set; nothing where only links let people in."""
    found = clients(settings)
    for provider, needed in _NEEDED.items():
        yield from _half(settings, provider, needed)
    for client in found.values():
        yield from _provider(settings, clock, client)
    if settings.admin_seed_email and not found:
        yield Finding("OO_ADMIN_SEED_EMAIL", "no provider can vouch for it; set one (docs/how-to/sign-in.md)")
    if settings.public_url:
        yield _passkeys(settings.public_url)


def _half(settings: Settings, provider: str, needed: tuple[str, ...]) -> Iterator[Finding]:
    given = [name for name in {*needed, f"{provider}_client_secret"} if getattr(settings, name)]
    lacking = [f"OO_{name.upper()}" for name in needed if not getattr(settings, name)]
    if given and lacking:
        yield Finding(f"signing in by {provider}", f"it has half its settings; set {' and '.join(lacking)} too")


def _provider(settings: Settings, clock: Clock, client: Client) -> Iterator[Finding]:
    origin = settings.public_url or f"http://localhost:{settings.port}"
    yield Finding(f"{client.name} sends people back to {origin}/sign-in/from/{client.id}")
    try:
        described = asyncio.run(Issuers(clock).described(client))
    except SignInRefused as refused:
        yield Finding(f"{client.name} describes itself", _mend(client, refused))
    else:
        yield Finding(f"{client.name} describes itself", _weak(client, described))


def _mend(client: Client, refused: SignInRefused) -> str:
    place = client.issuer.rstrip("/") + "/.well-known/openid-configuration"
    variable = f"OO_{client.id.upper()}_ISSUER"
    if refused.reason == "discovery":
        return f"at {place} it has another name, or addresses without https; set {variable} exactly as `issuer` says"
    return f"{place} does not answer as it should; open it in a browser, and set {variable} right"


def _weak(client: Client, described: Described) -> str | None:
    if described.algorithms & ALGORITHMS & (client.algorithms or ALGORITHMS):
        return None
    return "it signs with a shared secret only; choose RS256 or ES256 for this client there"


def _passkeys(public_url: str) -> Finding:
    host = urlsplit(public_url).hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return Finding(f"passkeys belong to {host}")
    return Finding("there are no passkeys, as OO_PUBLIC_URL has an address and no name")
