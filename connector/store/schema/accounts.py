"""Who may use the console and the API: operators, their sessions and tokens, and who failed to sign in."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import BYTEA

from connector.store.schema.columns import NOW, TIME, changed, id_column, made, metadata, text

ROLES = "role IN ('viewer', 'operator', 'admin')"

operators = sa.Table(
    "operators",
    metadata,
    id_column(),
    sa.Column("name", sa.Text, nullable=False, unique=True),
    sa.Column("role", sa.Text, nullable=False),
    #: argon2id; null until they have chosen one
    sa.Column("password", sa.Text),
    #: keyed digest of the password for one sign-in, and until when that is good
    sa.Column("once_digest", BYTEA),
    sa.Column("once_until", TIME),
    #: since when they may do nothing any more
    sa.Column("revoked_at", TIME),
    #: authenticates the row (``account_binding``)
    sa.Column("bound", BYTEA),
    #: what an identity provider calls them; null of those whom it does not know
    sa.Column("issuer", sa.Text),
    sa.Column("subject", sa.Text),
    made(),
    changed(),
    sa.CheckConstraint(ROLES, name="role"),
    sa.Index("uq_operators_subject", "issuer", "subject", unique=True),
)

#: browsers that are signed in
operator_sessions = sa.Table(
    "operator_sessions",
    metadata,
    id_column(),
    sa.Column("operator_id", sa.ForeignKey("operators.id"), nullable=False),
    #: keyed digest of what the browser keeps, and of whose it is
    sa.Column("session_digest", BYTEA, nullable=False),
    #: signed in with a password for one sign-in: nothing is shown before they have chosen one
    sa.Column("must_choose", sa.Boolean, nullable=False, server_default=sa.false()),
    text("address"),
    text("browser"),
    made(),
    sa.Column("seen_at", TIME, nullable=False, server_default=NOW),
    sa.Column("ends_at", TIME, nullable=False),
    sa.Index("ix_operator_sessions_operator_id", "operator_id"),
)

#: what programs show instead of a password
operator_tokens = sa.Table(
    "operator_tokens",
    metadata,
    id_column(),
    sa.Column("operator_id", sa.ForeignKey("operators.id"), nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    #: it may do no more than this, whatever its operator may
    sa.Column("role", sa.Text, nullable=False),
    #: keyed digest of the token, and of what it may
    sa.Column("token_digest", BYTEA, nullable=False),
    sa.Column("ends_at", TIME, nullable=False),
    sa.Column("used_at", TIME),
    sa.Column("revoked_at", TIME),
    made(),
    sa.CheckConstraint(ROLES, name="role"),
    sa.Index(
        "uq_operator_tokens_name", "operator_id", "name", unique=True, postgresql_where=sa.text("revoked_at IS NULL")
    ),
)

#: sign-ins that failed lately; whoever fails often waits
sign_in_failures = sa.Table(
    "sign_in_failures",
    metadata,
    #: SHA-256 of an address, of a name, or of both: names that do not exist are counted, and not kept
    sa.Column("of_digest", BYTEA, primary_key=True),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("failed_at", TIME, nullable=False),
    sa.Column("free_at", TIME, nullable=False),
    sa.Index("ix_sign_in_failures_failed_at", "failed_at"),
)

#: what programs were answered that sent a key of their own with a change, for a day
api_answers = sa.Table(
    "api_answers",
    metadata,
    id_column(),
    sa.Column("operator_id", sa.ForeignKey("operators.id"), nullable=False),
    sa.Column("key", sa.Text, nullable=False),
    #: keyed digest of the request: with the same key only the same one is answered
    sa.Column("request_digest", BYTEA, nullable=False),
    #: sealed, for it may hold what is shown once; null while it is being done
    sa.Column("answer", BYTEA),
    made(),
    sa.UniqueConstraint("operator_id", "key"),
    sa.Index("ix_api_answers_created_at", "created_at"),
)
