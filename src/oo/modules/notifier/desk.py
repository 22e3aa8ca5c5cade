"""What a channel is lent: the instant, the address of this instance, its settings, its secrets, an HTTP client."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import SecretStr

from oo.kernel.keys import Keys
from oo.kernel.module import Kit
from oo.kernel.plugins import Plugin


@dataclass(frozen=True, slots=True)
class KitDesk:
    """Keeps the promise `Desk` with the house's own tools."""

    now: datetime
    site: str
    settings: Mapping[str, str] = field(repr=False)
    channel: str
    keys: Keys = field(repr=False)
    client: Any = field(default=None, repr=False)

    @property
    def http(self) -> Any:
        """The client of this round of sends; raises `LookupError` where nothing is sent."""
        if self.client is None:
            raise LookupError("There is no HTTP client here; a channel asks others in deliver and withdraw alone.")
        return self.client

    def secret(self, purpose: str) -> bytes:
        """32 bytes of the instance, apart for each channel and purpose."""
        return self.keys.secret(f"channels.{self.channel}.{purpose}")


def desk(kit: Kit, plugin: Plugin[Any], client: Any = None) -> KitDesk:
    """The desk of one channel, now."""
    wanted = dict.fromkeys((*plugin.manifest.settings, *plugin.manifest.needs))
    found = {name: _text(getattr(kit.settings, name, None)) for name in wanted}
    settings = {name: text for name, text in found.items() if text}
    return KitDesk(kit.clock.now(), site(kit), settings, plugin.id, kit.keys, client)


def site(kit: Kit) -> str:
    """The address that people open."""
    if kit.settings.public_url:
        return kit.settings.public_url.rstrip("/")
    host = f"[{kit.settings.host}]" if ":" in kit.settings.host else kit.settings.host
    return f"http://{host}:{kit.settings.port}"


def _text(value: object) -> str:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, tuple | list):
        return ",".join(map(str, value))
    return "" if value is None else str(value)
