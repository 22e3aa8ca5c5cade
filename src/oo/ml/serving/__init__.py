"""Serving: runs agents over what is known of a person, and keeps nothing. See README.md."""

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
from oo.ml.serving.asking import ManyAsked
from oo.ml.serving.local import Local


def _build(kit: Kit, needs: Needs) -> Built:
    serving = Local(kit.plugins.get("agents", {}))

    async def health() -> Health:
        return Health(True, {"agents": len(serving.registry())})

    children = Children()
    asking = ManyAsked(serving, children)
    return Built(promises={Serving: serving, Asking: asking}, health=health, close=children.close)


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
