"""Opens sources on other servers: each connection with its own authority, over wires that all of them share."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from urllib.parse import urlsplit

from oo.contracts.connectors import Http
from oo.contracts.errors import Invalid, NotFound
from oo.contracts.ids import ConnectionId, UserId
from oo.contracts.manifests import AddressRules
from oo.kernel.module import Kit
from oo.modules.integrations.catalogue import Catalogue
from oo.modules.integrations.providers import Provider, provider_of
from oo.modules.integrations.remote import Account, Place
from oo.modules.integrations.vault import Login, Vault
from oo.modules.integrations.wire import Wire

LONGEST = 2_000


class Remotes:
    """Makes clients."""

    def __init__(self, kit: Kit, catalogue: Catalogue) -> None:
        self._kit, self._catalogue = kit, catalogue
        self.wire = Wire(kit.clock, kit.chance.seed(), kit.settings.private_hosts)
        self.vault = Vault(kit, self.wire)
        self._lent: dict[str, tuple[Http, Mapping[str, str]]] = {}

    async def of(self, user: UserId, connection: ConnectionId, connector: str) -> tuple[Http | None, Mapping[str, str]]:
        """The client of a connection, and what its person gave."""
        if connection in self._lent:
            return self._lent[connection]
        provider = self.provider(connector)
        if provider is not None:
            return self.account(user, connection, provider), {}
        login = await self.vault.login(user, connection)
        return self.place(connector, login), given(login)

    def lend(self, connection: str, http: Http, config: Mapping[str, str]) -> None:
        """Let a connection that is not kept yet be read with this client, until `take_back`."""
        self._lent[connection] = (http, config)

    def take_back(self, connection: str) -> None:
        """End what was lent."""
        self._lent.pop(connection, None)

    def account(self, user: UserId, connection: ConnectionId, provider: Provider) -> Http:
        """A client for an account."""
        return Account(self.wire, self.vault, provider, user, connection, provider.api)

    def place(self, connector: str, login: Login) -> Http:
        """A client for an address."""
        return Place(self.wire, login, asked_at(self.rules(connector), login.address))

    def provider(self, connector: str) -> Provider | None:
        """Whom the connector speaks to, if it reads accounts."""
        manifest = self._catalogue.manifest(connector)
        return None if manifest is None else provider_of(manifest, self._kit.settings)

    def rules(self, connector: str) -> AddressRules:
        """What the connector asks a person for; raises `NotFound` when it is of another kind."""
        manifest = self._catalogue.manifest(connector)
        if manifest is None or manifest.address is None:
            raise NotFound
        return manifest.address


def given(login: Login) -> dict[str, str]:
    """What a person gave, without the password."""
    return {"address": login.address, "user": login.user}


def asked_at(rules: AddressRules, address: str) -> str:
    """Where an address is asked: `webcal` by https."""
    scheme, _, rest = address.partition("://")
    return f"https://{rest}" if scheme == "webcal" else address


def checked_address(rules: AddressRules, text: str, private: Collection[str] = ()) -> str:
    """The address in its usual form; raises `Invalid` with a sentence for one that is not taken.

    What goes in clear goes no further than the hosts of one's own network that the operator named.
    """
    address = text.strip()
    if address and "://" not in address:
        address = f"https://{address}"
    parts = urlsplit(address[:LONGEST])
    try:
        named = parts.hostname and (parts.port is None or parts.port)
    except ValueError:
        named = None
    if len(address) > LONGEST or not named or any(char.isspace() for char in address):
        raise Invalid("This is not an address.")
    if parts.username is not None or parts.password is not None:
        raise Invalid("A name and password belong into their own fields, not into the address.")
    at_home = parts.hostname in private or parts.netloc.lower() in private
    if parts.scheme not in rules.schemes or (parts.scheme == "http" and not at_home):
        raise Invalid("This kind of address is not read. One that begins with https is.")
    address = parts._replace(scheme=parts.scheme.lower(), netloc=parts.netloc.lower(), fragment="").geturl()
    return address if not rules.folder or parts.query or address.endswith("/") else f"{address}/"
