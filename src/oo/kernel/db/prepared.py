"""Statements that are compiled once and then run by the driver itself: for the few that every request runs.

SQLAlchemy Core builds its cache key, context and cursor anew at each execution, some 20 µs on SQLite against 2 for the
statement; ten of them were half of a request (docs/adr/0002). Columns, types and SQL stay Core's.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Sequence
from typing import Any, cast

from sqlalchemy import BindParameter, Dialect, Executable, Float, LargeBinary
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

Value = Callable[[Any], Any] | None
_FLOAT = 701
"""Postgres's number of float8."""


class CannotPrepare(Exception):
    """This statement looks different from run to run (a list in it, say), so it can't be compiled once."""


class Prepared:
    """A Core statement with its compiled forms, one for each database and set of parameter names."""

    __slots__ = ("_forms", "statement")

    def __init__(self, statement: Executable) -> None:
        self.statement = statement
        self._forms: dict[tuple[str, tuple[str, ...]], Form] = {}

    def form(self, dialect: Dialect, names: tuple[str, ...]) -> Form:
        """The compiled form for parameters of these names."""
        key = (dialect.name, names)
        form = self._forms.get(key)
        if form is None:
            form = self._forms[key] = Form(self.statement, dialect, names)
        return form


class Form:
    """SQL with how its parameters go in and its rows come out."""

    __slots__ = ("_binds", "_row", "_values", "sql")

    def __init__(self, statement: Executable, dialect: Dialect, names: tuple[str, ...]) -> None:
        compiled = cast("Any", statement).compile(dialect=dialect, column_keys=list(names))
        assert isinstance(compiled, SQLCompiler)
        if compiled.post_compile_params or compiled.literal_execute_params:
            raise CannotPrepare(str(compiled))
        self.sql = str(compiled)
        self._binds = tuple(_bind(compiled.binds[name], dialect, names) for name in compiled.positiontup or ())
        columns = list(getattr(statement, "exported_columns", None) or ())
        self._row = _row_of([column.name for column in columns])
        values = (_processor(column.type, dialect) for column in columns)
        self._values = tuple((place, process) for place, process in enumerate(values) if process is not None)

    def parameters(self, given: Any) -> list[Any]:
        """The values in the order of the SQL, as the driver takes them."""
        return [
            constant if key is None else given[key] if process is None else process(given[key])
            for key, constant, process in self._binds
        ]

    def rows(self, fetched: Sequence[Sequence[Any]]) -> list[Any]:
        """Rows as named tuples, their values as the columns' types say."""
        row, values = self._row, self._values
        if not values:
            return list(map(row._make, fetched))
        found = []
        for one in fetched:
            cells = list(one)
            for place, process in values:
                cells[place] = process(cells[place])
            found.append(row._make(cells))
        return found


def _bind(bind: BindParameter[Any], dialect: Dialect, names: tuple[str, ...]) -> tuple[str | None, Any, Value]:
    """Where a parameter's value comes from: a name that is given, or a constant of the statement."""
    process = cast("Value", bind.type.dialect_impl(dialect).bind_processor(dialect))
    if bind.key in names:
        return bind.key, None, process
    value = bind.effective_value
    return None, value if process is None else process(value), None


def _processor(kind: TypeEngine[Any], dialect: Dialect) -> Value:
    """How a column's values come out; psycopg's floats are told by their type's number, and are Python's already.

    What sqlite3 reads of a BLOB is bytes already.
    """
    if isinstance(kind, LargeBinary) and dialect.name == "sqlite":
        return None
    code = _FLOAT if isinstance(kind, Float) else None
    return cast("Value", kind.dialect_impl(dialect).result_processor(dialect, code))


def _row_of(names: Sequence[str]) -> Any:
    return namedtuple("Row", names, rename=True)
