"""Auth: people, one-time links and sessions. See README.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from oo.contracts.accounts import Accounts
from oo.contracts.sign_ins import Automation, Passkeys, SignIns
from oo.kernel.db import SqliteDatabase, Transaction
from oo.kernel.keys import Cipher
from oo.kernel.module import Built, Health, Kit, Module, Needs
from oo.modules.auth import repository
from oo.modules.auth.audit import Audit
from oo.modules.auth.automation import TokenAutomation
from oo.modules.auth.entering import Entrance
from oo.modules.auth.jobs import jobs
from oo.modules.auth.passkeys import NAME as PASSKEY
from oo.modules.auth.passkeys import DevicePasskeys
from oo.modules.auth.people import NAME, People
from oo.modules.auth.service import LinkAccounts
from oo.modules.auth.sessions import DEVICE, Sessions
from oo.modules.auth.sign_ins import LABEL, SUBJECT, ProviderSignIns
from oo.modules.auth.tables import metadata

_SECRETS = frozenset(
    {
        *("name_digest", "token_digest", "previous_digest", "previous_until", "csrf", "subject_digest"),
        *("credential_digest", "credential", "public_key", "digest", "browser"),
    }
)


_SEALED = frozenset({NAME, DEVICE, SUBJECT, LABEL, PASSKEY})


def _build(kit: Kit, needs: Needs) -> Built:
    # One process owns a SQLite file, so what it remembers of sessions can't be changed behind its back.
    alone = isinstance(kit.db, SqliteDatabase)
    people = People(kit.db, kit.keys, kit.clock, kit.ids)
    sessions = Sessions(kit.db, kit.keys, kit.clock, kit.ids, alone=alone)
    service = LinkAccounts(kit.db, kit.keys, kit.clock, kit.ids, alone=alone, people=people, sessions=sessions)
    entrance, audit = Entrance(kit.db, sessions, kit.clock), Audit(kit.db, kit.clock, kit.ids)
    promises: dict[type, object] = {
        Accounts: service,
        SignIns: ProviderSignIns(kit, people, entrance, audit),
        Passkeys: DevicePasskeys(kit, people, entrance, audit),
        Automation: TokenAutomation(kit, people, entrance, audit),
    }

    async def health() -> Health:
        counts = await kit.db.read(lambda tx: repository.counts(tx, kit.clock.now()))
        return Health(True, counts._asdict())

    return Built(promises=promises, jobs=jobs(kit), health=health)


def _export(tx: Transaction, user: str, cipher: Cipher) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """Everything but what only proves who somebody is: digests and the session's form token."""
    return {
        table: [
            {
                column: cipher.open(f"{table}.{column}", value) if f"{table}.{column}" in _SEALED else value
                for column, value in row.items()
                if column not in _SECRETS
            }
            for row in rows
        ]
        for table, rows in repository.rows_of(tx, user).items()
    }


module = Module(
    name="auth",
    keeps=(Accounts, SignIns, Passkeys, Automation),
    needs=(),
    tables=metadata,
    erase=repository.erase,
    export=_export,
    build=_build,
)
