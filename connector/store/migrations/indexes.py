"""Indexes on tables that hold work: nobody waits while they are built."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op

from connector.store.postgres import waiting

_IN_VAIN = sa.text("""
SELECT FROM pg_index i WHERE i.indexrelid = to_regclass(:name) AND NOT i.indisvalid
""")
_PARTITIONS = sa.text("""
SELECT CAST(CAST(inhrelid AS regclass) AS text) FROM pg_inherits WHERE inhparent = CAST(:table AS regclass) ORDER BY 1
""")


def create(name: str, table: str, columns: list[str], where: str = "", *, unique: bool = False) -> None:
    """Build an index while others write; what an interrupted migration left of it is built anew.

    It waits for transactions that began before it, and says for whose. A column in parentheses is an expression.
    """
    tell = context.config.attributes["tell"]
    with op.get_context().autocommit_block(), waiting.patient(op.get_bind(), f"Index {name} on {table}", tell):
        if op.get_bind().execute(_IN_VAIN, {"name": name}).first() is not None:
            op.drop_index(name, table_name=table, postgresql_concurrently=True)
        op.create_index(
            name,
            table,
            [sa.text(column) if column.startswith("(") else column for column in columns],
            unique=unique,
            postgresql_where=sa.text(where) if where else None,
            postgresql_concurrently=True,
            if_not_exists=True,
        )


def create_on_partitions(name: str, table: str, columns: list[str], where: str = "", *, short: str = "") -> None:
    """Build an index of a partitioned table: beside the work on each partition, then for all of them in a moment.

    The table's own index takes over those of its partitions instead of building them. They are called by the columns,
    or by the ``short`` name where another index has those.
    """
    for partition in op.get_bind().execute(_PARTITIONS, {"table": table}).scalars().all():
        create(f"{partition}_{short or '_'.join(columns)}_idx", partition, columns, where)
    op.create_index(name, table, columns, postgresql_where=sa.text(where) if where else None, if_not_exists=True)
