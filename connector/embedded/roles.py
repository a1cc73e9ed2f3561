"""Who may do what in the PostgreSQL that `up` runs: a superuser for the tool, an owner to migrate, a login to work."""

from __future__ import annotations

import sqlalchemy as sa

from connector.store.postgres.engine import open_single, translating_database_errors

#: made by initdb; starts, dumps and restores
SUPERUSER = "postgres"
#: owns the database and its tables
OWNER = "ml_connector_owner"
#: what every process of the product logs in as
LOGIN = "ml_connector"

# Data of a release before belongs to the superuser. What depends on a table (indexes, sequences) goes with it.
_SETTLE = sa.text(f"""
DO $$
DECLARE
    stray record;
BEGIN
    IF to_regrole('{OWNER}') IS NULL THEN
        CREATE ROLE {OWNER} LOGIN;
    END IF;
    IF to_regrole('{LOGIN}') IS NULL THEN
        CREATE ROLE {LOGIN} LOGIN;
    END IF;
    EXECUTE format('ALTER DATABASE %I OWNER TO {OWNER}', current_database());
    FOR stray IN
        SELECT CAST(CAST(oid AS regclass) AS text) AS name FROM pg_class
        WHERE relnamespace = CAST('public' AS regnamespace) AND relkind IN ('r', 'p')
          AND relowner <> CAST('{OWNER}' AS regrole)
    LOOP
        EXECUTE format('ALTER TABLE %s OWNER TO {OWNER}', stray.name);
    END LOOP;
    FOR stray IN
        SELECT CAST(CAST(oid AS regprocedure) AS text) AS name FROM pg_proc
        WHERE pronamespace = CAST('public' AS regnamespace) AND proowner <> CAST('{OWNER}' AS regrole)
    LOOP
        EXECUTE format('ALTER FUNCTION %s OWNER TO {OWNER}', stray.name);
    END LOOP;
END
$$
""")  # noqa: S608  constant names


def settle(superuser_url: str) -> None:
    """Make the roles, and give this database to its owner; doing it again changes nothing."""
    with translating_database_errors(), open_single(superuser_url).begin() as connection:
        connection.execute(_SETTLE)


def as_owner(login_url: str) -> str:
    """The same database as its owner, whom its server lets in as it does the login."""
    return sa.make_url(login_url).set(username=OWNER).render_as_string(hide_password=False)
