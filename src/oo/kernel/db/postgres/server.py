"""A Postgres server by its address: how to connect, how to name it without its password, and what it must be."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Self

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import NullPool

CONNECT_SECONDS = 10
OLDEST = 140_000
"""The oldest server that is supported, as it numbers itself."""
_DURABLE = ("synchronous_commit=on", "timezone=UTC", "client_encoding=UTF8")
_PREPARE_AFTER = 2


class DatabaseUnusable(Exception):
    """The database can't be used; the message says which, why, and the mend."""


class _Cursor(psycopg.Cursor[tuple[Any, ...]]):
    """psycopg's cursor, but for two things.

    It describes its columns by name and type alone: SQLAlchemy asks at every statement, for no more. A text with NUL,
    which Postgres can't hold, is sent with U+FFFD in its place: what somebody types is looked for and not found, as on
    SQLite.
    """

    @property
    def description(self) -> list[Any] | None:
        """Name and type of each column, as the DB-API wants them."""
        result = self.pgresult
        if result is None or not result.nfields:
            return None
        names = (result.fname(at) or b"" for at in range(result.nfields))
        return [(name.decode(), result.ftype(at), None, None, None, None, None) for at, name in enumerate(names)]

    def execute(self, query: Any, params: Any = None, **how: Any) -> Self:
        """See psycopg."""
        try:
            return super().execute(query, params, **how)
        except psycopg.DataError:
            if (without := _without_nul(params)) == params:
                raise
            return super().execute(query, without, **how)

    def executemany(self, query: Any, params_seq: Any, **how: Any) -> None:
        """See psycopg."""
        rows = list(params_seq)
        try:
            super().executemany(query, rows, **how)
        except psycopg.DataError:
            if (without := [_without_nul(row) for row in rows]) == rows:
                raise
            super().executemany(query, without, **how)


def _without_nul(values: Any) -> Any:
    if isinstance(values, Mapping):
        return {name: _without_nul(value) for name, value in values.items()}
    if isinstance(values, list | tuple):
        return [_without_nul(value) for value in values]
    return values.replace("\0", "\N{REPLACEMENT CHARACTER}") if isinstance(values, str) else values


def connect(url: str, *options: str) -> psycopg.Connection[tuple[Any, ...]]:
    """A connection outside of any pool, each statement its own transaction; raises `psycopg.OperationalError`.

    Durable at commit whatever the server's default is.
    """
    said = " ".join("-c " + option.replace(" ", "\\ ") for option in (*_DURABLE, *options))
    made = psycopg.connect(
        url,
        options=said,
        autocommit=True,
        cursor_factory=_Cursor,
        prepare_threshold=_PREPARE_AFTER,
        application_name="oo",
        connect_timeout=CONNECT_SECONDS,
    )
    made.prepared_max = 400
    return made


def postgres_engine(url: str, *options: str) -> Engine:
    """An engine whose connections leave BEGIN and COMMIT to their user, and are kept by him."""
    return create_engine(
        "postgresql+psycopg://",
        creator=lambda: connect(url, *options),
        poolclass=NullPool,
        isolation_level="AUTOCOMMIT",
        use_native_hstore=False,
        paramstyle="format",
        hide_parameters=True,
    )


def place(url: str) -> str:
    """Where the database is, without user and password.

    >>> place("postgresql://lena:secret@db.example.org/oo")
    'oo at db.example.org'
    """
    parts = conninfo_to_dict(url)
    host = str(parts.get("host") or parts.get("hostaddr") or os.environ.get("PGHOST") or "this machine")
    return f"{parts.get('dbname') or parts.get('user') or 'the default database'} at {host}"


def without_password(url: str) -> tuple[str, str | None]:
    """The address as a command's argument, which other people of the machine can see, and the password apart."""
    parts: dict[str, Any] = dict(conninfo_to_dict(url))
    password = parts.pop("password", None)
    return make_conninfo(**parts), password


def is_near(url: str) -> bool:
    """Whether the server is on this machine, so that an answer comes sooner than a thread could wait for it."""
    parts = conninfo_to_dict(url)
    named = (os.environ.get(name) for name in ("PGHOSTADDR", "PGHOST"))
    host = str(parts.get("hostaddr") or parts.get("host") or next(filter(None, named), "/"))
    return host.startswith(("/", "@")) or host in ("localhost", "127.0.0.1", "::1")


@contextmanager
def reached(url: str) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    """A connection to a database that can be used; raises `DatabaseUnusable` when there is none."""
    try:
        connection = connect(url)
    except psycopg.ProgrammingError:
        raise DatabaseUnusable(
            "The address of the database cannot be read; it looks like postgresql://oo@db.example.org/oo."
        ) from None
    except psycopg.OperationalError as error:
        raise DatabaseUnusable(f"Postgres does not answer ({place(url)}): {reason(error)}") from None
    with connection:
        version = connection.info.server_version
        if version < OLDEST:
            raise DatabaseUnusable(f"Postgres {version // 10_000} is too old; oO needs {OLDEST // 10_000} or newer.")
        encoding = connection.info.parameter_status("server_encoding")
        if encoding != "UTF8":
            raise DatabaseUnusable(
                f"The database is in {encoding}, and oO needs UTF8: createdb --template=template0 --encoding=UTF8 NAME"
            )
        yield connection


def reason(error: Exception) -> str:
    """What Postgres said, as one sentence; it names servers and roles, and never a password."""
    said = str(error).strip().splitlines() or [type(error).__name__]
    return said[-1].removeprefix("FATAL:").strip().rstrip(".") + "."
