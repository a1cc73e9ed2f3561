"""Who does the work: the processes, as they say themselves."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from connector.store.schema.columns import NOW, TIME, id_column, metadata

workers = sa.Table(
    "workers",
    metadata,
    id_column(),
    sa.Column("host", sa.Text, nullable=False),
    sa.Column("pid", sa.Integer, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("started_at", TIME, nullable=False, server_default=NOW),
    sa.Column("heartbeat_at", TIME, nullable=False, server_default=NOW),
    #: the record or run it works on at this moment
    sa.Column("busy_with", sa.Uuid),
    #: all of them, where it works on several; null from an older release
    sa.Column("busy_with_all", ARRAY(sa.Uuid)),
    #: the queues it takes from, and when it last began, got on with or ended a task; null from an older release
    sa.Column("queues", ARRAY(sa.Text)),
    sa.Column("turned_at", TIME),
    #: whether it binds the links that it writes; a process of an older release does not say so
    sa.Column("binds", sa.Boolean, nullable=False, server_default=sa.false()),
    #: whether it looks for documents in ``payloads``; a process of an older release does not say so
    sa.Column("keeps_apart", sa.Boolean, nullable=False, server_default=sa.false()),
    #: whether it knows of the archive; a process of an older release does not say so
    sa.Column("archives", sa.Boolean, nullable=False, server_default=sa.false()),
)
