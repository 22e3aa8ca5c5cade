"""Whether a column is one of many names, in SQL that is the same however many there are, so that it can be prepared."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Dialect, String, TypeDecorator, bindparam
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import NULLTYPE, TypeEngine


class _Names(TypeDecorator[Collection[str]]):
    """Names as one value: a JSON text for SQLite, an array for Postgres."""

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(String())
        return dialect.type_descriptor(postgresql.ARRAY(String))

    def process_bind_param(self, value: Collection[str] | None, dialect: Dialect) -> Any:
        names = list(value or ())
        return json.dumps(names) if dialect.name == "sqlite" else names


class _Among(ColumnElement[bool]):
    """`among` before it is written for a database."""

    inherit_cache = False
    type = NULLTYPE  # type: ignore[assignment]  # a boolean is written as "… = 1", for which no index is used

    def __init__(self, column: ColumnElement[Any], names: BindParameter[Any]) -> None:
        self.column, self.names = column, names


def among(column: ColumnElement[Any], parameter: str = "users") -> ColumnElement[bool]:
    """The column is one of the names that the parameter gives."""
    return _Among(column, bindparam(parameter, type_=_Names()))


@compiles(_Among)
def _with_array(element: _Among, compiler: SQLCompiler, **how: Any) -> str:
    return f"{compiler.process(element.column, **how)} = ANY({compiler.process(element.names, **how)})"


@compiles(_Among, "sqlite")
def _with_json(element: _Among, compiler: SQLCompiler, **how: Any) -> str:
    column, names = (compiler.process(one, **how) for one in (element.column, element.names))
    return f"{column} IN (SELECT value FROM json_each({names}))"  # noqa: S608 - a column and a parameter
