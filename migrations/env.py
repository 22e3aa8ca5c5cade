"""Runs migrations in the transaction that `entry.migrate` opened; one linear history over all rooms."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import context

connection = context.config.attributes["connection"]
if connection.dialect.name == "postgresql":
    # A schema for each room, and one for the history itself; a migration's file name says whose it is.
    names = sorted({path.stem.split("_")[4] for path in Path(__file__).parent.glob("versions/*.py")})
    for name in ("oo", *names):
        connection.execute(sa.schema.CreateSchema(name, if_not_exists=True))
    # Alembic's own table has room for 32 characters, and the names of revisions are longer; SQLite does not count.
    revision = sa.Column("version_num", sa.String(120), primary_key=True)
    sa.Table("alembic_version", sa.MetaData(schema="oo"), revision).create(connection, checkfirst=True)
    context.configure(connection=connection, version_table_schema="oo")
else:
    context.configure(connection=connection, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
