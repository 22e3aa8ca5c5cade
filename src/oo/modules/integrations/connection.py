"""A connection with its words opened, and the source that a connector is given for it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import Row

from oo.contracts.connectors import Changed as FileChanged
from oo.contracts.connectors import FileContent, Files, FileStat, Http, Source, Unread
from oo.contracts.disk import Disk
from oo.contracts.errors import Unusable
from oo.contracts.ids import ConnectionId, UserId
from oo.contracts.profiles import Profiles
from oo.kernel.db import Database
from oo.kernel.keys import Cipher, Keys
from oo.kernel.module import Kit
from oo.modules.integrations.catalogue import Catalogue
from oo.modules.integrations.memory import Memory
from oo.modules.integrations.remotes import Remotes
from oo.modules.integrations.repository import connections as repository

T = TypeVar("T")
EVERY = timedelta(minutes=15)
"""Every connection is read at least this often: busy times move with the clock."""
DOCUMENT = "upload"
"""What an uploaded file is called where it is kept; its own name is sealed, as the connection's."""


@dataclass(frozen=True, slots=True)
class Connection:
    """One connection of one person."""

    id: ConnectionId
    user: UserId
    connector: str
    name: str
    path: str | None
    trusted: bool
    state: str
    cursor: str | None
    read_at: datetime | None
    next_at: datetime
    failures: int
    problem: str | None
    unread: tuple[Unread, ...]
    created_at: datetime
    quiet: int = 0
    """Reads in a row that brought nothing."""
    history: str | None = None
    """How far what was done before it was connected is read; None where there is no such thing."""


def opened(row: Row[Any], cipher: Cipher) -> Connection:
    """A connection from its row; raises `KeyGone` when the person's key is gone."""
    return Connection(
        id=ConnectionId(row.id),
        user=UserId(row.user_id),
        connector=row.connector,
        name=cipher.open("connections.name", row.name),
        path=None if row.path is None else cipher.open("connections.path", row.path),
        trusted=row.trusted,
        state=row.state,
        cursor=row.cursor,
        read_at=row.read_at,
        next_at=row.next_at,
        failures=row.failures,
        problem=None if row.problem is None else cipher.open("connections.problem", row.problem),
        unread=unread_from(None if row.unread is None else cipher.open("connections.unread", row.unread)),
        created_at=row.created_at,
        quiet=row.quiet,
        history=row.history,
    )


def sealed_row(connection: Connection, place: str, cipher: Cipher) -> dict[str, Any]:
    """The row of a new connection."""
    return {
        "id": connection.id,
        "user_id": connection.user,
        "connector": connection.connector,
        "place": place,
        "name": cipher.seal("connections.name", connection.name),
        "path": None if connection.path is None else cipher.seal("connections.path", connection.path),
        "trusted": connection.trusted,
        "state": connection.state,
        "next_at": connection.next_at,
        "created_at": connection.created_at,
        "history": connection.history,
    }


def unread_text(unread: Sequence[Unread]) -> str:
    """What could not be read, as JSON."""
    return json.dumps([list(asdict(one).values()) for one in unread], ensure_ascii=False)


def unread_from(text: str | None) -> tuple[Unread, ...]:
    """Read what `unread_text` wrote."""
    return () if text is None else tuple(Unread(*one) for one in json.loads(text))


class Opener:
    """Makes the source of a connection; files on disk keep their place in memory, so that a look at them is cheap."""

    def __init__(
        self, kit: Kit, catalogue: Catalogue, profiles: Profiles, disk: Disk, remotes: Remotes | None = None
    ) -> None:
        self._kit, self._catalogue, self._profiles, self._disk = kit, catalogue, profiles, disk
        self._remotes = remotes
        self._files: dict[str, Files] = {}
        self._memory = Memory()

    async def source(self, connection: Connection) -> Source:
        """The source with the authority to read it, at the present instant and in the person's zone."""
        profile = await self._profiles.get(user=connection.user)
        http: Http | None = None
        config: Mapping[str, str] = {}
        if self._remotes is not None and self._catalogue.is_remote(connection.connector):
            http, config = await self._remotes.of(connection.user, connection.id, connection.connector)
        remembered = self._memory.of(connection.id)
        now, files = self._kit.clock.now(), self.files(connection)
        return Source(connection.id, now, profile.zone, config, files, http, remembered)

    def files(self, connection: Connection) -> Files | None:
        """The connection's files; None for a kind that has none, or is not installed any more."""
        known = self._files.get(connection.id)
        if known is None:
            manifest = self._catalogue.manifest(connection.connector)
            if manifest is None:
                return None
            if manifest.kind == "document":
                known = DocumentFiles(self._kit.db, self._kit.keys, connection.user, connection.id)
            elif manifest.files is None:
                return None
            elif connection.path is None:
                kept = DocumentFiles(self._kit.db, self._kit.keys, connection.user, connection.id)
                known = UploadedFile(kept, connection.name)
            else:
                known = self._disk.files(path=connection.path, rules=manifest.files, trusted=connection.trusted)
            self._files[connection.id] = known
        return known

    def is_upload(self, connection: Connection) -> bool:
        """Whether the connection's file was uploaded, and is kept here."""
        manifest = self._catalogue.manifest(connection.connector)
        return connection.path is None and manifest is not None and manifest.kind == "files"

    def lend(self, connection: str, files: Files) -> None:
        """Let a new connection be read from these files, until `forget`."""
        self._files[connection] = files

    def forget(self, connection: str) -> None:
        """Let go of a connection's files, and of what its connector noted."""
        self._files.pop(connection, None)
        self._memory.forget(connection)

    def open(self, row: Row[Any]) -> Connection:
        """A connection from its row; raises `KeyGone` when the person's key is gone."""
        return opened(row, self._kit.keys.cipher(row.user_id))


class DocumentFiles:
    """The documents that oO keeps for a connection, sealed; their versions count up, and so give nothing away."""

    def __init__(self, db: Database, keys: Keys, user: str, connection: str) -> None:
        self._db, self._keys, self._user, self._connection = db, keys, user, connection

    async def list(self) -> Sequence[FileStat]:
        """See `Files.list`."""
        rows = await self._db.read(lambda tx: repository.documents_of(tx, self._connection))
        return [FileStat(row.name, str(row.version), row.size) for row in rows]

    async def read(self, path: str) -> FileContent:
        """See `Files.read`."""
        row = await self._db.read(lambda tx: repository.document(tx, self._connection, path))
        if row is None:
            raise Unusable("Nothing is written down yet.")
        cipher = self._keys.cipher(self._user)
        return FileContent(cipher.open_bytes("documents.content", row.content), str(row.version))

    async def replace(self, path: str, data: bytes, version: str) -> str:
        """See `Files.replace`; an empty version writes a document that is not there yet."""
        sealed = self._keys.cipher(self._user).seal_bytes("documents.content", data)
        expected = int(version) if version else None
        written = await self._db.write(
            lambda tx: repository.save_document(tx, self._user, self._connection, path, sealed, expected)
        )
        if written is None:
            raise FileChanged
        return str(written)


class UploadedFile:
    """The one document of an upload under the file's own name, for a connector that works in a thread of its own.

    The database belongs to the loop that this is made in; calls from elsewhere are handed over to it.
    """

    def __init__(self, kept: DocumentFiles, name: str) -> None:
        self._kept, self._name, self._home = kept, name, asyncio.get_running_loop()

    async def list(self) -> Sequence[FileStat]:
        """See `Files.list`."""
        stats = await self._at_home(self._kept.list())
        return [FileStat(self._name, stat.version, stat.size) for stat in stats]

    async def read(self, path: str) -> FileContent:
        """See `Files.read`."""
        return await self._at_home(self._kept.read(DOCUMENT))

    async def replace(self, path: str, data: bytes, version: str) -> str:
        """See `Files.replace`."""
        return await self._at_home(self._kept.replace(DOCUMENT, data, version))

    async def _at_home(self, call: Coroutine[Any, Any, T]) -> T:
        if asyncio.get_running_loop() is self._home:
            return await call
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(call, self._home))
