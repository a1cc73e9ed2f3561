"""Master keys change while the system works: every sealed value is put under the newest one, a batch at a time.

The ledger knows one thing about sealed values: the second byte is the length of the key id that follows it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import sqlalchemy as sa

from connector.store.transaction import Transaction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from connector.store.engine import Begin


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


@dataclass(frozen=True, kw_only=True)
class Place:
    """A column of sealed values."""

    table: str
    key: str
    column: str
    #: the identity is this with the row's key in it
    identity: str

    @property
    def name(self) -> str:
        """As a person reads it."""
        return f"{self.table}.{self.column}"


PLACES = (
    Place(table="connections", key="id", column="secrets", identity="connections:{}:secrets"),
    Place(table="tokens", key="connection_id", column="sealed", identity="tokens:{}"),
    Place(table="records", key="id", column="source_payload", identity="records:{}:source"),
    Place(table="records", key="id", column="target_payload", identity="records:{}:target"),
)

_NIL = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True, kw_only=True)
class Rotated:
    """What a rotation did, by column."""

    rewrapped: Mapping[str, int]
    #: values somebody changed in the same moment; they are under the newest key already, or the next rotation's
    missed: int


def rotate(
    begin: Begin, vault: Rewraps, *, batch: int = 500, told: Callable[[str, int], None] | None = None
) -> Rotated:
    """Re-wrap every value that is not under the newest master key. May be stopped and started again at any time.

    ``told(column, count)`` hears of each finished batch. Raises ConfigurationError when a key is missing.
    """
    rewrapped: Counter[str] = Counter({place.name: 0 for place in PLACES})
    missed = 0
    for place in PLACES:
        for changed, seen in _batches(begin, vault, place, batch):
            rewrapped[place.name] += changed
            missed += seen - changed
            if told is not None:
                told(place.name, rewrapped[place.name])
    return Rotated(rewrapped=dict(rewrapped), missed=missed)


def status(begin: Begin, vault: Rewraps) -> dict[str, dict[str, int]]:
    """How many values each master key seals: column -> key id -> count."""
    counts: dict[str, dict[str, int]] = {}
    with begin() as connection:
        tx = Transaction(connection)
        for place in PLACES:
            rows = tx.rows(
                sa.text(
                    f"SELECT substr({place.column}, 1, 2 + get_byte({place.column}, 1)) AS prefix, count(*) AS n "  # noqa: S608  constant parts only
                    f"FROM {place.table} WHERE length({place.column}) > 1 GROUP BY 1"
                )
            )
            counts[place.name] = {vault.key_id(bytes(row.prefix)): row.n for row in rows}
    return counts


def _batches(begin: Begin, vault: Rewraps, place: Place, batch: int) -> Iterator[tuple[int, int]]:
    """Walk the column by key, each batch its own transaction: (values changed, values seen)."""
    read = sa.text(
        f"SELECT {place.key} AS key, {place.column} AS sealed FROM {place.table} "  # noqa: S608  constant parts only
        f"WHERE {place.key} > CAST(:after AS uuid) AND length({place.column}) > 1 "
        f"AND substr({place.column}, 1, :length) <> :prefix ORDER BY {place.key} LIMIT :batch"
    )
    write = sa.text(
        f"UPDATE {place.table} t SET {place.column} = n.after "  # noqa: S608  constant parts only
        "FROM unnest(CAST(:keys AS uuid[]), CAST(:before AS bytea[]), CAST(:after AS bytea[])) "
        "AS n (key, before, after) "
        f"WHERE t.{place.key} = n.key AND t.{place.column} = n.before"
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
