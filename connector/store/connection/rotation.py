"""Master keys change while the system works: every sealed value is put under the newest one, a batch at a time.

The ledger knows one thing about sealed values: the second byte is the length of the key id that follows it. So far they
are indexed: which keys are in use is found without reading a value.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import sqlalchemy as sa

from connector.store.audit import seals
from connector.store.audit.authenticity import Keys
from connector.store.postgres.transaction import Transaction
from connector.store.schema.conditions import KEY_ID

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from connector.store.postgres.engine import Begin


class Rewraps(Protocol):
    """The part of the vault that rotation needs."""

    @property
    def prefix(self) -> bytes:
        """How every value begins that is sealed under the newest master key."""
        ...

    def rewrap(self, sealed: bytes, identity: str) -> bytes:
        """Put a value under the newest master key."""
        ...

    def key_id(self, sealed: bytes) -> str:
        """The id of the master key a value is sealed under."""
        ...


class Rotates(Rewraps, Keys, Protocol):
    """The part of the vault that changing keys needs."""


@dataclass(frozen=True, kw_only=True)
class SealedColumn:
    """A column of sealed values."""

    table: str
    key: str
    column: str
    #: the identity is this with the row's key in it
    identity: str
    #: of large values fewer are held at once
    at_once: int = 500
    #: where the column holds several kinds, each under a place of its own
    kind: str = ""

    @property
    def name(self) -> str:
        """As a person reads it."""
        return f"{self.table}.{self.kind or self.column}"

    @property
    def only(self) -> str:
        """SQL for the rows of this kind."""
        return f"kind = '{self.kind}' AND" if self.kind else ""


PLACES = (
    SealedColumn(table="connections", key="id", column="secrets", identity="connections:{}:secrets"),
    SealedColumn(table="alert_channels", key="id", column="sealed", identity="alert_channels:{}:sealed"),
    SealedColumn(table="bindings", key="id", column="sealed", identity="bindings:{}"),
    SealedColumn(table="tokens", key="connection_id", column="sealed", identity="tokens:{}"),
    *(
        SealedColumn(table="payloads", key="record_id", column="sealed", identity=f"records:{{}}:{kind}", kind=kind)
        for kind in ("source", "target")
    ),
    SealedColumn(table="records", key="id", column="source_payload", identity="records:{}:source"),
    SealedColumn(table="records", key="id", column="target_payload", identity="records:{}:target"),
    SealedColumn(table="pieces", key="id", column="rows", identity="pieces:{}:rows", at_once=50),
    SealedColumn(table="api_answers", key="id", column="answer", identity="api_answers:{}:answer"),
    SealedColumn(table="jobs", key="id", column="result", identity="jobs:{}:result", at_once=5),
    SealedColumn(table="job_files", key="id", column="content", identity="job_files:{}:content", at_once=5),
    SealedColumn(table="comparisons", key="id", column="found", identity="comparisons:{}:found", at_once=5),
    SealedColumn(table="sign_offs", key="id", column="signed", identity="sign_offs:{}:signed", at_once=5),
    SealedColumn(table="received_messages", key="id", column="body", identity="received_messages:{}:body", at_once=5),
)

#: the newest seal of the audit trail vouches for all before it, so its key is the one that is needed
SEALS = "audit_seals.mac"
_NIL = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True, kw_only=True)
class Rotated:
    """What a rotation did, by column."""

    rewrapped: Mapping[str, int]
    #: values somebody changed in the same moment; they are under the newest key already, or the next rotation's
    missed: int


def rotate(
    begin: Begin, vault: Rewraps, *, batch: int = 500, on_batch: Callable[[str, int], None] | None = None
) -> Rotated:
    """Re-wrap every value that is not under the newest master key. May be stopped and started again at any time.

    ``on_batch(column, count)`` hears of each finished batch. Raises ConfigurationError when a key is missing.
    """
    rewrapped: Counter[str] = Counter({place.name: 0 for place in PLACES})
    missed = 0
    for place in PLACES:
        with begin() as connection:
            used = _used(Transaction(connection), place)
        if all(key == vault.prefix for key in used):
            continue
        for changed, seen in _batches(begin, vault, place, min(batch, place.at_once)):
            rewrapped[place.name] += changed
            missed += seen - changed
            if on_batch is not None:
                on_batch(place.name, rewrapped[place.name])
    return Rotated(rewrapped=dict(rewrapped), missed=missed)


def in_use(begin: Begin, vault: Rewraps) -> dict[str, list[str]]:
    """The ids of the master keys that seal anything: column -> key ids."""
    with begin() as connection:
        tx = Transaction(connection)
        used = {place.name: [vault.key_id(key) for key in _used(tx, place)] for place in PLACES}
        return used | {SEALS: [key for key in [seals.key_in_use(tx)] if key is not None]}


def status(begin: Begin, vault: Rewraps) -> dict[str, dict[str, int]]:
    """How many values each master key seals: column -> key id -> count."""
    counts: dict[str, dict[str, int]] = {}
    with begin() as connection:
        tx = Transaction(connection)
        for place in PLACES:
            others = [key for key in _used(tx, place) if key != vault.prefix]
            rows = tx.rows(_about(_COUNT, place), others=others, newest=vault.prefix)
            counts[place.name] = {vault.key_id(bytes(row.key)): row.n for row in rows if row.n}
        vouches = seals.key_in_use(tx)
    return counts if vouches is None else counts | {SEALS: {vouches: 1}}


# From each key to the next one, however many values are sealed with it.
_USED = """
WITH RECURSIVE used (key) AS (
    (SELECT {key_id} FROM {table} WHERE {only} length({column}) > 1 ORDER BY 1 LIMIT 1)
    UNION ALL
    SELECT (SELECT {key_id} FROM {table} WHERE {only} length({column}) > 1 AND {key_id} > used.key ORDER BY 1 LIMIT 1)
    FROM used WHERE used.key IS NOT NULL
)
SELECT key FROM used WHERE key IS NOT NULL
"""
# The newest seals what no other does: counting is all it takes.
_COUNT = """
WITH others AS (
    SELECT o.key, (SELECT count(*) FROM {table} WHERE {only} length({column}) > 1 AND {key_id} = o.key) AS n
    FROM unnest(CAST(:others AS bytea[])) AS o (key)
)
SELECT key, n FROM others
UNION ALL
SELECT CAST(:newest AS bytea), CAST((SELECT count(*) FROM {table} WHERE {only} length({column}) > 1)
                                    - (SELECT coalesce(sum(n), 0) FROM others) AS bigint)
"""


def _about(statement: str, place: SealedColumn) -> sa.TextClause:
    key_id = KEY_ID.format(place.column)
    return sa.text(statement.format(table=place.table, column=place.column, only=place.only, key_id=key_id))


def _used(tx: Transaction, place: SealedColumn) -> list[bytes]:
    """How values of this column begin, up to the id of their master key."""
    return [bytes(row.key) for row in tx.rows(_about(_USED, place))]


def _batches(begin: Begin, vault: Rewraps, place: SealedColumn, batch: int) -> Iterator[tuple[int, int]]:
    """Walk the column by key, each batch its own transaction: (values changed, values seen)."""
    read = sa.text(
        f"SELECT {place.key} AS key, {place.column} AS sealed FROM {place.table} "  # noqa: S608  constant parts only
        f"WHERE {place.only} {place.key} > CAST(:after AS uuid) AND length({place.column}) > 1 "
        f"AND substr({place.column}, 1, :length) <> :prefix ORDER BY {place.key} LIMIT :batch"
    )
    write = sa.text(
        f"UPDATE {place.table} t SET {place.column} = n.after "  # noqa: S608  constant parts only
        "FROM unnest(CAST(:keys AS uuid[]), CAST(:before AS bytea[]), CAST(:after AS bytea[])) "
        "AS n (key, before, after) "
        f"WHERE {place.only} t.{place.key} = n.key AND t.{place.column} = n.before"
    )
    after: Any = _NIL
    while True:
        with begin() as connection:
            tx = Transaction(connection)
            rows = tx.rows(read, after=after, length=len(vault.prefix), prefix=vault.prefix, batch=batch)
            if not rows:
                return
            changed = tx.run(
                write,
                keys=[row.key for row in rows],
                before=[bytes(row.sealed) for row in rows],
                after=[vault.rewrap(bytes(row.sealed), place.identity.format(row.key)) for row in rows],
            )
        after = rows[-1].key
        yield changed, len(rows)
