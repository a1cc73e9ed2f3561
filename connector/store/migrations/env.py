"""Alembic's entry: runs migrations on the connection that ``connector.store.migrate`` opened and locked."""

from __future__ import annotations

from alembic import context

from connector.store.postgres.months import leave_out_partitions
from connector.store.schema.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    include_name=leave_out_partitions,
    transaction_per_migration=True,
    compare_server_default=False,
)
with context.begin_transaction():
    context.run_migrations()
