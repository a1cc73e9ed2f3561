"""Columns that many tables share, and how constraints are named."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

NOW = sa.func.now()
TIME = sa.DateTime(timezone=True)


def id_column() -> sa.Column[object]:
    """A UUIDv7 primary key, made by us."""
    return sa.Column("id", sa.Uuid, primary_key=True)


def made() -> sa.Column[object]:
    """When the row was made."""
    return sa.Column("created_at", TIME, nullable=False, server_default=NOW)


def changed() -> sa.Column[object]:
    """When the row last changed; whoever updates the row sets it."""
    return sa.Column("updated_at", TIME, nullable=False, server_default=NOW)


def text(name: str) -> sa.Column[object]:
    """Free text that is empty rather than null."""
    return sa.Column(name, sa.Text, nullable=False, server_default="")


def count(name: str) -> sa.Column[object]:
    """A number that starts at zero."""
    return sa.Column(name, sa.Integer, nullable=False, server_default="0")


def claimable() -> tuple[sa.Column[object], ...]:
    """What is handed out by messages, claimed by one worker, and given back when that one dies."""
    return (
        #: a message for it is believed to be on a queue until then
        sa.Column("queued_until", TIME),
        sa.Column("lease_owner", sa.Uuid),
        sa.Column("leased_at", TIME),
        #: one more with each claim: whoever held it before writes nothing any more
        sa.Column("fence", sa.BigInteger, nullable=False, server_default="0"),
        #: failures in a row, and worker crashes
        count("tries"),
        count("crashes"),
    )


def json(name: str) -> sa.Column[object]:
    """A JSON object that is empty rather than null."""
    return sa.Column(name, JSONB, nullable=False, server_default=sa.text("'{}'::jsonb"))
