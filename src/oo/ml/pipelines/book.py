"""A DuckDB in memory that holds the three tables, filled piece by piece; needs requirements/batch.txt."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from oo.contracts.errors import Unusable
from oo.ml.pipelines import training
from oo.ml.pipelines.examples import Rows

if TYPE_CHECKING:
    import ibis.expr.types as ir


class Book:
    """Rows in, tables out."""

    def __init__(self) -> None:
        """Raises `Unusable` where Ibis and DuckDB are not installed."""
        try:
            import ibis
        except ImportError:
            raise Unusable(
                "Tables are made with Ibis and DuckDB, which are not here: pip install --require-hashes "
                "-r requirements/batch.txt."
            ) from None
        self._connection: Any = ibis.duckdb.connect()
        for name, schema in training.SCHEMAS.items():
            self._connection.create_table(name, schema=ibis.schema(dict(schema)))

    def add(self, rows: Rows) -> None:
        """Write rows down."""
        import pyarrow as pa

        for name, columns in training.columns(rows).items():
            if next(iter(columns.values())):
                schema = self._connection.table(name).schema().to_pyarrow()
                self._connection.insert(name, pa.table(columns, schema=schema))

    def table(self, name: str) -> ir.Table:
        """One of the three tables, or `training`."""
        if name == "training":
            return training.training(*(self._connection.table(one) for one in training.SCHEMAS))
        found: ir.Table = self._connection.table(name)
        return found

    def write(self, table: ir.Table, path: Path) -> int:
        """Write a table as Parquet; its rows."""
        self._connection.to_parquet(table, path)
        return self.count(table)

    def count(self, table: ir.Table) -> int:
        """How many rows a table has."""
        return int(table.count().to_pyarrow().as_py())

    def close(self) -> None:
        """Forget it all."""
        self._connection.disconnect()
