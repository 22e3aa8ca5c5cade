"""Auth: people, one-time links and sessions. See README.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from oo.contracts.accounts import Accounts
from oo.kernel.db import SqliteDatabase, Transaction
from oo.kernel.keys import Cipher
from oo.kernel.module import Built, Health, Kit, Module, Needs
from oo.modules.auth import repository
from oo.modules.auth.jobs import jobs
from oo.modules.auth.service import NAME, LinkAccounts
from oo.modules.auth.sessions import DEVICE
from oo.modules.auth.tables import metadata

_SECRETS = frozenset({"name_digest", "token_digest", "previous_digest", "previous_until", "csrf"})


def _build(kit: Kit, needs: Needs) -> Built:
    # One process owns a SQLite file, so what it remembers of sessions can't be changed behind its back.
    alone = isinstance(kit.db, SqliteDatabase)
    service = LinkAccounts(kit.db, kit.keys, kit.clock, kit.ids, alone=alone)

    async def health() -> Health:
        counts = await kit.db.read(lambda tx: repository.counts(tx, kit.clock.now()))
        return Health(True, counts._asdict())

    return Built(promises={Accounts: service}, jobs=jobs(kit), health=health)


def _export(tx: Transaction, user: str, cipher: Cipher) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """Everything but what only proves who somebody is: digests and the session's form token."""
    sealed = {"name": NAME, "device": DEVICE}
    return {
        table: [
            {
                column: cipher.open(sealed[column], value) if column in sealed else value
                for column, value in row.items()
                if column not in _SECRETS
            }
            for row in rows
        ]
        for table, rows in repository.rows_of(tx, user).items()
    }


module = Module(
    name="auth",
    keeps=(Accounts,),
    needs=(),
    tables=metadata,
    erase=repository.erase,
    export=_export,
    build=_build,
)
