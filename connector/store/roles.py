"""What the role that the product logs in as may do, where another one owns the tables."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from connector.domain.errors import ConfigurationError
from connector.store.postgres.engine import open_single, translating_database_errors
from connector.store.postgres.months import MAKE_ARCHIVE, PARTITIONED
from connector.store.schema.tables import metadata

_AUDIT = "audit_"
#: what the product writes once and never changes: neither UPDATE nor DELETE, TRUNCATE, TRIGGER
_APPENDED = ("audit_events", "audit_seals")
_LOOKED_AT = ("audit_heads", "alembic_version", *(one.default for one in PARTITIONED))
#: tables whose rows go away
_EMPTIED = (
    "alert_channels",
    "alert_messages",
    "alert_rules",
    "alerts",
    "api_answers",
    "arrivals",
    "connections",
    "crosswalks",
    "job_files",
    "jobs",
    "operator_sessions",
    "pieces",
    "releases",
    "sign_in_failures",
    "tokens",
    "workers",
)
#: what the owner does when the login role asks for it
_FUNCTIONS = (*(one.make for one in PARTITIONED), MAKE_ARCHIVE, "audit_gather_month(date)")

_OWNS = sa.text("""
SELECT pg_has_role(CAST(:login AS regrole), relowner, 'USAGE') FROM pg_class
WHERE oid = CAST('audit_events' AS regclass)
""")
_HERE = sa.text("""
SELECT CAST(current_user AS text) AS role, d.oid AS database, s.system_identifier AS server
FROM pg_database d CROSS JOIN pg_control_system() s WHERE d.datname = current_database()
""")
_SCHEMA = sa.text("SELECT quote_ident(current_schema())")


def login_of(owner_url: str, login_url: str) -> str:
    """The role that logs in with the second URL; empty when both are the same.

    Raises ConfigurationError when they name two databases.
    """
    if login_url in {"", owner_url}:
        return ""
    owner, login = _here(owner_url), _here(login_url)
    if (owner.database, owner.server) != (login.database, login.server):
        raise ConfigurationError(
            "ML_CONNECTOR_OWNER_DATABASE_URL and ML_CONNECTOR_DATABASE_URL name two different databases: correct one."
        )
    return str(login.role)


def _here(database_url: str) -> sa.Row[Any]:
    """The role, the database and the server that a URL names."""
    with translating_database_errors(), open_single(database_url).connect() as connection:
        return connection.execute(_HERE).one()


def grant(connection: sa.Connection, login: str) -> None:
    """Give this role what its work needs, and take everything else; none, and one that owns the tables, stay as is."""
    if not login or connection.execute(_OWNS, {"login": _quoted(connection, login)}).scalar_one():
        return
    schema = connection.execute(_SCHEMA).scalar_one()
    role = _quoted(connection, login)
    work = [table for table in metadata.tables if not table.startswith(_AUDIT)]
    for kind in ("TABLES", "SEQUENCES", "FUNCTIONS"):
        connection.execute(sa.text(f"REVOKE ALL ON ALL {kind} IN SCHEMA {schema} FROM {role}"))
    connection.execute(sa.text(f"GRANT USAGE ON SCHEMA {schema} TO {role}"))
    for rights, things in (
        ("SELECT, INSERT, UPDATE", [*work, "audit_newest_seal"]),
        ("DELETE", _EMPTIED),
        ("SELECT, INSERT", _APPENDED),
        ("SELECT", _LOOKED_AT),
    ):
        connection.execute(sa.text(f"GRANT {rights} ON {', '.join(things)} TO {role}"))
    connection.execute(sa.text(f"GRANT EXECUTE ON FUNCTION {', '.join(_FUNCTIONS)} TO {role}"))


def _quoted(connection: sa.Connection, name: str) -> str:
    return connection.dialect.identifier_preparer.quote_identifier(name)
