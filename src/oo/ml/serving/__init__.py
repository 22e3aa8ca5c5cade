"""Serving: runs agents over what is known of a person, has tips written, and keeps nothing. See README.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import MetaData

from oo.contracts.asking import Asking
from oo.contracts.serving import Serving
from oo.kernel.children import Children
from oo.kernel.db import Transaction
from oo.kernel.keys import Cipher
from oo.kernel.module import Built, Health, Kit, Module, Needs
from oo.kernel.settings import Settings
from oo.ml.serving.asking import ManyAsked
from oo.ml.serving.llm import Gateway
from oo.ml.serving.local import Local
from oo.ml.serving.writer import Writer


def _build(kit: Kit, needs: Needs) -> Built:
    writer = Writer(gateway(kit.settings), kit.clock.monotonic)
    serving = Local(kit.plugins.get("agents", {}), writer)

    async def health() -> Health:
        return Health(True, {"agents": len(serving.registry()), "gateway": int(writer.gateway is not None)})

    children = Children()
    asking = ManyAsked(serving, children)
    return Built(promises={Serving: serving, Asking: asking}, health=health, close=children.close)


def gateway(settings: Settings) -> Gateway | None:
    """The gateway that the settings name; none is a normal state."""
    if settings.llm_url is None:
        return None
    key = None if settings.llm_key is None else settings.llm_key.get_secret_value()
    return Gateway(settings.llm_url, key, parallel=settings.llm_parallel)


def _nothing_to_erase(tx: Transaction, user: str) -> int:
    return 0


def _nothing_to_export(tx: Transaction, user: str, cipher: Cipher) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    return {}


module = Module(
    name="serving",
    keeps=(Serving, Asking),
    needs=(),
    tables=MetaData(schema="serving"),
    erase=_nothing_to_erase,
    export=_nothing_to_export,
    build=_build,
)
