"""Serving: runs agents over what is known of a person, has tips written, and keeps nothing. See README.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import MetaData

from oo.contracts.asking import Asking
from oo.contracts.embedding import Embedding
from oo.contracts.serving import Serving
from oo.kernel.children import Children
from oo.kernel.clock import Clock
from oo.kernel.db import Transaction
from oo.kernel.ids import Ids
from oo.kernel.keys import Cipher
from oo.kernel.module import Built, Health, Kit, Module, Needs
from oo.kernel.passes import NAME, Passes, PassKeys
from oo.kernel.plugins import Plugin
from oo.kernel.settings import Settings
from oo.ml.serving.asking import ManyAsked
from oo.ml.serving.embedding import Embedder
from oo.ml.serving.gate import Gate
from oo.ml.serving.limits import Limits
from oo.ml.serving.llm import Gateway
from oo.ml.serving.local import Local
from oo.ml.serving.remote import Remote, ServingAway
from oo.ml.serving.wire import AUDIENCE
from oo.ml.serving.writer import Writer


def passes(settings: Settings, clock: Clock, ids: Ids) -> Passes:
    """What lets our own processes in to `serving`."""
    return Passes(pass_keys(settings, clock, ids), clock, ids, audience=AUDIENCE)


def pass_keys(settings: Settings, clock: Clock, ids: Ids) -> PassKeys:
    """The keys that make passes, where the settings say."""
    return PassKeys(settings.service_keys or settings.data / NAME, clock, ids)


def _build(kit: Kit, needs: Needs) -> Built:
    agents = kit.plugins.get("agents", {})
    local, children = here(kit.settings, kit.clock, agents), Children()
    url = kit.settings.serving_url
    remote = None if url is None else Remote(url, agents, passes(kit.settings, kit.clock, kit.ids))

    async def health() -> Health:
        if remote is None:
            return Health(True, {"agents": len(local.registry()), "gateway": int(kit.settings.llm_url is not None)})
        try:
            found = await remote.versions()
        except ServingAway:
            return Health(False, {"agents": 0, "elsewhere": 1})
        alike = all(found.get(view.id) == view.version for view in remote.registry())
        return Health(alike, {"agents": len(found), "elsewhere": 1})

    # Rounds of many people are computed beside their rows, in a child, wherever models are asked.
    promises: dict[type, object] = {
        Serving: remote or local,
        Asking: ManyAsked(local, children),
        Embedding: Embedder(gateway(kit.settings)),
    }
    return Built(promises=promises, health=health, close=children.close)


def here(settings: Settings, clock: Clock, agents: Mapping[str, Plugin[Any]]) -> Local:
    """Serving in this process: agents, and the model behind the gate."""
    gate = Gate(clock.monotonic, Limits(at_once=settings.llm_parallel))
    writer = Writer(gateway(settings), clock.monotonic, clouds=frozenset(settings.llm_clouds))
    return Local(agents, writer, gate)


def gateway(settings: Settings) -> Gateway | None:
    """The gateway that the settings name; none is a normal state."""
    if settings.llm_url is None:
        return None
    key = "" if settings.llm_key is None else settings.llm_key.get_secret_value()
    return Gateway(settings.llm_url, key or None, parallel=settings.llm_parallel)


def _nothing_to_erase(tx: Transaction, user: str) -> int:
    return 0


def _nothing_to_export(tx: Transaction, user: str, cipher: Cipher) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    return {}


module = Module(
    name="serving",
    keeps=(Serving, Asking, Embedding),
    needs=(),
    tables=MetaData(schema="serving"),
    erase=_nothing_to_erase,
    export=_nothing_to_export,
    build=_build,
)
