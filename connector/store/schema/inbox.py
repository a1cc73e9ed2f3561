"""What systems sent to us, as it came."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import BYTEA

from connector.store.schema.columns import NOW, TIME, id_column, metadata, text
from connector.store.schema.conditions import KEY_ID, QUARANTINED

received_messages = sa.Table(
    "received_messages",
    metadata,
    id_column(),
    #: in the order in which they were stored
    sa.Column("number", sa.BigInteger, sa.Identity(always=True), nullable=False),
    sa.Column("connection_id", sa.ForeignKey("connections.id", ondelete="CASCADE"), nullable=False),
    #: digest of whose documents came then; what was another's is not read
    text("tenant"),
    #: our name for what it brings; empty where nobody reads it
    text("entity"),
    #: the sender's id of the message
    sa.Column("message_id", sa.Text, nullable=False),
    #: the source key of the document it is about
    text("message_key"),
    #: the message that it changes or takes back, by the sender's id; empty where it is a document of its own
    text("refers_to"),
    #: when the document was as it says, by the sender's clock
    sa.Column("stands_at", TIME),
    #: who sent it, as it was shown
    text("sender"),
    sa.Column("received_at", TIME, nullable=False, server_default=NOW),
    #: since when a flow can read it: since it came, or since a person had it read once more
    sa.Column("readable_at", TIME, nullable=False, server_default=NOW),
    text("content_type"),
    #: SHA-256 of what it says, or of the body
    sa.Column("digest", BYTEA, nullable=False),
    #: sealed, identity ``received_messages:<id>:body``
    sa.Column("body", BYTEA, nullable=False),
    #: why it cannot be read; a person looks at it
    text("problem"),
    #: since when a person wants nothing of it any more
    sa.Column("discarded_at", TIME),
    sa.UniqueConstraint("connection_id", "tenant", "message_id"),
    sa.Index("ix_received_messages_number", "number", unique=True),
    sa.Index("ix_received_messages_entity", "connection_id", "entity", "number"),
    sa.Index("ix_received_messages_key", "connection_id", "entity", "message_key", "number"),
    #: whoever looks for a document does not know which connection was sent it
    sa.Index("ix_received_messages_message_key", "message_key", "number"),
    sa.Index(
        "ix_received_messages_refers_to", "connection_id", "refers_to", postgresql_where=sa.text("refers_to <> ''")
    ),
    sa.Index("ix_received_messages_quarantined", "connection_id", "number", postgresql_where=sa.text(QUARANTINED)),
    sa.Index(
        "ix_received_messages_body_key",
        sa.text(f"({KEY_ID.format('body')})"),
        postgresql_where=sa.text("length(body) > 1"),
    ),
)
