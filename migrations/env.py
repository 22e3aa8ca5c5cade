"""Runs migrations on the connection that `entry.migrate` opened; one linear history over all modules."""

from __future__ import annotations

from alembic import context

connection = context.config.attributes["connection"]
# Batch mode rebuilds a table by copying it, which foreign keys would forbid (design.md section 4).
connection.exec_driver_sql("PRAGMA foreign_keys=OFF") if connection.dialect.name == "sqlite" else None
context.configure(connection=connection, render_as_batch=True, transaction_per_migration=True)
with context.begin_transaction():
    context.run_migrations()
