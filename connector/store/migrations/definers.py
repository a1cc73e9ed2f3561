"""Functions that do as the owner of the tables what the product's login role may not do itself (SECURITY DEFINER).

Each does one thing, takes nothing but a month, and looks for names in the ledger's schema only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

if TYPE_CHECKING:
    from collections.abc import Mapping

#: remembers the newest event of everything that is not a record; a record remembers its own
TRIGGER = """
CREATE OR REPLACE TRIGGER audit_events_head AFTER INSERT ON audit_events
FOR EACH ROW WHEN (strpos(NEW.subject, ':') > 0) EXECUTE FUNCTION note_audit_head()
"""
_HEAD = """
BEGIN
    INSERT INTO audit_heads (subject, hash) VALUES (NEW.subject, NEW.hash)
    ON CONFLICT (subject) DO UPDATE SET hash = excluded.hash;
    RETURN NULL;
END
"""
_MONTH = """
DECLARE
    start timestamptz := date_trunc('month', CAST(month AS timestamp)) AT TIME ZONE 'UTC';
    stop timestamptz := (date_trunc('month', CAST(month AS timestamp)) + interval '1 month') AT TIME ZONE 'UTC';
    name text := to_char(month, '"audit_events_"YYYY_MM');
    moved bigint := 0;
BEGIN
    -- somebody else at work, or a table of that name, perhaps detached by an operator
    IF NOT pg_try_advisory_xact_lock(7304118006) OR to_regclass(name) IS NOT NULL THEN
        RETURN {nothing};
    END IF;
    {before}
    EXECUTE format('CREATE TABLE %I (LIKE audit_events INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING INDEXES)',
                   name);
    {move}
    EXECUTE format('ALTER TABLE audit_events ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', name, start, stop);
    EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()',
                   name || '_no_truncate', name);
    RETURN {done};
END
"""
_MAKE = {
    "nothing": "false",
    "before": """IF EXISTS (SELECT FROM audit_events_default WHERE recorded_at >= start AND recorded_at < stop) THEN
        RETURN false;
    END IF;""",
    "move": "",
    "done": "true",
}
# What can be copied while others write is copied first; then both tables are taken from everybody at once: a reader
# that waited for the default partition alone would look for the events where they were, and a writer would still put
# its own there. Nobody else can see the partition without its trigger, or use it meanwhile.
_GATHER = {
    "nothing": "0",
    "before": "",
    "move": """EXECUTE format('INSERT INTO %I SELECT * FROM audit_events_default WHERE recorded_at >= $1 '
                   'AND recorded_at < $2', name) USING start, stop;
    PERFORM set_config('lock_timeout', '2s', true);
    LOCK TABLE ONLY audit_events, ONLY audit_events_default IN ACCESS EXCLUSIVE MODE;
    EXECUTE format('INSERT INTO %1$I SELECT * FROM audit_events_default d WHERE recorded_at >= $1 AND recorded_at < $2 '
                   'AND NOT EXISTS (SELECT FROM %1$I m WHERE m.id = d.id AND m.recorded_at = d.recorded_at)', name)
        USING start, stop;
    ALTER TABLE audit_events_default DISABLE TRIGGER audit_events_no_change;
    DELETE FROM audit_events_default WHERE recorded_at >= start AND recorded_at < stop;
    GET DIAGNOSTICS moved = ROW_COUNT;
    ALTER TABLE audit_events_default ENABLE TRIGGER audit_events_no_change;""",
    "done": "moved",
}
_FUNCTIONS = {
    "note_audit_head()": ("trigger", _HEAD),
    "audit_make_month(month date)": ("boolean", _MONTH.format(**_MAKE)),
    "audit_gather_month(month date)": ("bigint", _MONTH.format(**_GATHER)),
}


# Of tables whose rows change. Another partition may have the month: that of the upgrade has all before it. Whoever
# works waits no longer than a blink, and nobody is chosen where we wait for each other: Postgres looks after a second.
_LATER_MONTH = """
DECLARE
    start timestamptz := date_trunc('month', CAST(month AS timestamp)) AT TIME ZONE 'UTC';
    stop timestamptz := (date_trunc('month', CAST(month AS timestamp)) + interval '1 month') AT TIME ZONE 'UTC';
    name text := to_char(month, '"{table}_"YYYY_MM');
    part regclass;
    taken boolean;
BEGIN
    IF NOT pg_try_advisory_xact_lock(7304118006) OR to_regclass(name) IS NOT NULL THEN
        RETURN false;
    END IF;
    FOR part IN SELECT inhrelid FROM pg_inherits
                WHERE inhparent = '{table}'::regclass AND inhrelid <> '{table}_default'::regclass LOOP
        EXECUTE format('SELECT %s FROM (SELECT CAST($1 AS timestamptz) AS {column}) month',
                       pg_get_partition_constraintdef(part)) INTO taken USING start;
        IF taken THEN
            RETURN false;
        END IF;
    END LOOP;
    IF EXISTS (SELECT FROM {table}_default WHERE {column} >= start AND {column} < stop) THEN
        RETURN false;
    END IF;
    PERFORM set_config('lock_timeout', '200ms', true);
    {lock}
    EXECUTE format('CREATE TABLE %I (LIKE {table} INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING INDEXES '
                   'INCLUDING STORAGE) WITH ({options})', name);
    {unique}
    EXECUTE format('ALTER TABLE {table} ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', name, start, stop);
    RETURN true;
END
"""
#: an attempt has foreign keys, and a partition of them gets its own
_ATTEMPTS_LOCK = "LOCK TABLE documents, records IN SHARE ROW EXCLUSIVE MODE;"
_NUMBERS = "EXECUTE format('ALTER TABLE %I ADD UNIQUE (document_id, number)', name);"
#: a sealed document fits a page of its table; apart from it, it would take an index of its own
PAYLOADS_OPTIONS = "toast_tuple_target = 8160"
_LATER_FUNCTIONS = {
    "attempts_make_month(month date)": (
        "boolean",
        _LATER_MONTH.format(
            table="attempts", column="sent_at", lock=_ATTEMPTS_LOCK, unique=_NUMBERS, options="fillfactor = 90"
        ),
    ),
    "payloads_make_month(month date)": (
        "boolean",
        _LATER_MONTH.format(table="payloads", column="created_at", lock="", unique="", options=PAYLOADS_OPTIONS),
    ),
}

#: what no row of the archive is: Postgres opens no month of it for whoever asks for what goes on, and no sealed
#: document lies where nobody looks who changes the master key
_AT_REST = """CHECK (state NOT IN ('extracted', 'mapped', 'loaded', 'dead')), CHECK (hold IS NULL),
    CHECK (waits_for IS NULL), CHECK (lease_owner IS NULL), CHECK (queued_until IS NULL),
    CHECK (source_payload IS NULL), CHECK (target_payload IS NULL)"""
_ARCHIVE_MONTH = f"""
DECLARE
    first date := date_trunc('month', month);
    name text := to_char(month, '"all_records_"YYYY_MM');
BEGIN
    IF NOT pg_try_advisory_xact_lock(7304118006) OR to_regclass(name) IS NOT NULL THEN
        RETURN false;
    END IF;
    PERFORM set_config('lock_timeout', '200ms', true);
    EXECUTE format('CREATE TABLE %I (LIKE all_records INCLUDING DEFAULTS, PRIMARY KEY (id), '
                   'UNIQUE (document_id, version), {_AT_REST.replace("'", "''")})', name);
    EXECUTE format('CREATE INDEX ON %I (flow_id, state, id)', name);
    EXECUTE format('CREATE INDEX ON %I (run_id)', name);
    EXECUTE format('ALTER TABLE all_records ATTACH PARTITION %I FOR VALUES IN (%L)', name, first);
    RETURN true;
END
"""
_ARCHIVE_FUNCTIONS = {"all_records_make_month(month date)": ("boolean", _ARCHIVE_MONTH)}


def create(connection: sa.Connection) -> None:
    """Make those of the audit trail; nobody but their owner may call them until it is granted."""
    _create(connection, _FUNCTIONS)


def create_later(connection: sa.Connection) -> None:
    """Make those of attempts and payloads."""
    _create(connection, _LATER_FUNCTIONS)


def create_archive(connection: sa.Connection) -> None:
    """Make that of the archive of records."""
    _create(connection, _ARCHIVE_FUNCTIONS)


def _create(connection: sa.Connection, functions: Mapping[str, tuple[str, str]]) -> None:
    schema = connection.execute(sa.text("SELECT quote_ident(current_schema())")).scalar_one()
    for name, (returned, body) in functions.items():
        connection.execute(
            sa.text(
                f"CREATE OR REPLACE FUNCTION {name} RETURNS {returned} LANGUAGE plpgsql SECURITY DEFINER "
                f"SET search_path = {schema}, pg_temp AS $$ {body} $$"
            )
        )
        connection.execute(sa.text(f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC"))


def drop(connection: sa.Connection) -> None:
    """Take those of the audit trail away."""
    for name in _FUNCTIONS:
        connection.execute(sa.text(f"DROP FUNCTION {name}"))


def drop_later(connection: sa.Connection) -> None:
    """Take those of attempts and payloads away."""
    for name in _LATER_FUNCTIONS:
        connection.execute(sa.text(f"DROP FUNCTION {name}"))


def drop_archive(connection: sa.Connection) -> None:
    """Take that of the archive of records away."""
    for name in _ARCHIVE_FUNCTIONS:
        connection.execute(sa.text(f"DROP FUNCTION {name}"))
