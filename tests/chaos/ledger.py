"""A room that writes down every event it hears: nothing of it is idempotent, so that a doubled effect shows.

It is built into the real program beside the rooms of the house (tests/chaos/program.py), follows events as they do,
and its rows are what the audit compares with the log.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, Column, Integer, MetaData, String, Table, insert

from oo.contracts.events import EVENTS
from oo.kernel.db import Prepared, Transaction
from oo.kernel.keys import Cipher
from oo.kernel.module import Built, Kit, Module, Needs
from oo.kernel.outbox import Envelope

NAME = "ledger"
metadata = MetaData(schema=NAME)

effects = Table(
    "effects",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("event_id", String(26), nullable=False),
    Column("user_id", String(26), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("type", String(80), nullable=False),
    Column("at", BigInteger, nullable=False),
)
"""`at` is when, in microseconds of this machine's clock."""
_ADD = Prepared(insert(effects))


def _note(tx: Transaction, envelope: Envelope) -> None:
    row = {"event_id": envelope.id, "user_id": envelope.user, "seq": envelope.seq, "type": envelope.type}
    tx.run(_ADD, {**row, "at": time.time_ns() // 1000})


def _build(kit: Kit, needs: Needs) -> Built:
    return Built(promises={}, handlers=dict.fromkeys(EVENTS, _note))


def _erase(tx: Transaction, user: str) -> int:
    return 0


def _export(tx: Transaction, user: str, cipher: Cipher) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    return {}


module = Module(name=NAME, keeps=(), needs=(), tables=metadata, erase=_erase, export=_export, build=_build)
