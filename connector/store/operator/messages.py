"""Messages that systems sent to us, as operators keep them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import sqlalchemy as sa

from connector.domain.errors import ConfigurationError, UnknownName
from connector.store.connection import order
from connector.store.connection.inbox import opened, wait_for
from connector.store.connection.naming import columns_of, name_of, subject
from connector.store.connection.order import OVERTAKEN
from connector.store.operator import audit
from connector.store.operator.finding import high, low
from connector.store.schema.conditions import QUARANTINED

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping
    from uuid import UUID

    from connector.ports import Message, Vault
    from connector.store.connection.order import Tied
    from connector.store.operator.transaction import OperatorTransaction

__all__ = ["Filter", "Quarantined", "Stored", "subject"]


@dataclass(frozen=True, kw_only=True)
class Stored:
    """A message as its row says, without its body."""

    #: what is worked out of it and told with it
    TOLD: ClassVar = ("status",)

    number: int
    connection: str
    connection_id: UUID
    system: str
    #: our name for what it brings; empty where nobody reads that
    entity: str
    #: the sender's own id of it
    message_id: str
    #: the document it is about
    key: str
    sender: str
    received_at: dt.datetime
    #: when the document was as it says
    stands_at: dt.datetime | None
    content_type: str
    size: int
    #: why it cannot be read; empty when it can
    problem: str
    discarded_at: dt.datetime | None
    #: a later message about the same document counts
    overtaken: bool
    #: it came before the connection was changed to somebody else's
    foreign: bool

    @property
    def status(self) -> str:
        """discarded, quarantined, overtaken, of another tenant, unread (nobody reads the like), or readable."""
        if self.discarded_at is not None:
            return "discarded"
        if self.foreign:
            return "of another tenant"
        if self.problem:
            return "quarantined"
        if not self.entity:
            return "unread"
        return "overtaken" if self.overtaken else "readable"


@dataclass(frozen=True, kw_only=True)
class Filter:
    """Which messages; an empty field does not choose."""

    connection: str | None = None
    entity: str | None = None
    key: str | None = None
    quarantined: bool = False
    #: only those that came before the one of this number: how a list goes on
    below: int | None = None
    #: when it came
    since: dt.datetime | None = None
    until: dt.datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Quarantined:
    """What of a connection waits for a person."""

    connection: str
    messages: int
    #: the number of the first
    first: int
    since: dt.datetime


_SELECT = f"""
SELECT m.number, c.name AS connection, c.id AS connection_id, c.system, m.entity, m.message_id, m.message_key AS key,
       m.sender, m.received_at, m.stands_at, m.content_type, octet_length(m.body) AS size, m.problem, m.discarded_at,
       {OVERTAKEN} AS overtaken, m.tenant <> coalesce(CAST(:tenants AS jsonb)->>c.name, m.tenant) AS foreign
FROM received_messages m JOIN connections c ON c.id = m.connection_id
"""  # noqa: S608  constant parts only
_BODY = sa.text("SELECT id, number, connection_id, tenant, body FROM received_messages WHERE number = :number")
_TENANT = sa.text("SELECT tenant FROM received_messages WHERE number = :number")
_HELD = sa.text("SELECT count(*) FROM received_messages WHERE connection_id = :connection")
_ANOTHER = """
SELECT FROM received_messages m JOIN received_messages o
    ON o.connection_id = m.connection_id AND o.tenant = m.tenant AND o.message_id = :message AND o.number <> m.number
WHERE m.number = :number
"""


_QUARANTINED = f"m.{QUARANTINED.replace('AND ', 'AND m.')}"
_COUNTED = "SELECT FROM received_messages m JOIN connections c ON c.id = m.connection_id"


def list_(tx: OperatorTransaction, wanted: Filter, *, tenants: str, most: int) -> list[Stored]:
    """The newest first. ``tenants`` is a JSON object: the name of each connection -> whose documents come now."""
    order = "number" if wanted.since is None and wanted.until is None else "id"  # ids tell when they were made
    below = f" AND m.{order} < (SELECT b.{order} FROM received_messages b WHERE b.number = :below)"  # noqa: S608  constant parts only
    found = tx.mappings(
        f"{_SELECT} WHERE {_chosen(wanted)}{below if wanted.below else ''} ORDER BY m.{order} DESC LIMIT :most",
        **_parameters(wanted),
        below=wanted.below,
        tenants=tenants,
        most=most,
    )
    return [Stored(**row) for row in found]


def count(tx: OperatorTransaction, wanted: Filter, *, most: int) -> int:
    """How many there are, no more than ``most``."""
    counted = f"SELECT count(*) AS n FROM ({_COUNTED} WHERE {_chosen(wanted)} LIMIT :most) chosen"  # noqa: S608  constant parts only
    row = tx.mapping(counted, **_parameters(wanted), most=most)
    return 0 if row is None else int(row["n"])


def _chosen(wanted: Filter) -> str:
    """Nothing but what chooses: Postgres plans for any values, and would use no index for one that may be none."""
    given = {
        "c.name = :connection": wanted.connection is not None,
        "m.entity = :entity": wanted.entity is not None,
        "m.message_key = :key": wanted.key is not None,
        _QUARANTINED: wanted.quarantined,
        "m.id BETWEEN :low AND :high": True,
    }
    return " AND ".join(condition for condition, chooses in given.items() if chooses)


def _parameters(wanted: Filter) -> dict[str, object]:
    return {
        "connection": wanted.connection,
        "entity": wanted.entity,
        "key": None if wanted.key is None else name_of(wanted.key),
        "low": low(wanted.since),
        "high": high(wanted.until),
    }


def numbered(tx: OperatorTransaction, number: int, *, tenants: str, lock: bool = False) -> Stored:
    """The message of this number; raises UnknownName when there is none."""
    statement = f"{_SELECT} WHERE m.number = :number{' FOR UPDATE OF m' if lock else ''}"
    row = tx.mapping(statement, number=number, tenants=tenants)
    if row is None:
        raise UnknownName(f"There is no message {number}; see `ml-connector message list`.")
    return Stored(**row)


def body(tx: OperatorTransaction, vault: Vault, number: int) -> bytes:
    """The body of a message in clear; raises ConfigurationError when its row was moved."""
    row = tx.row(_BODY, number=number)
    if row is None:
        raise UnknownName(f"There is no message {number}; see `ml-connector message list`.")
    return opened(vault, row, connection_id=row.connection_id, tenant=row.tenant)


def discard(tx: OperatorTransaction, stored: Stored, why: str) -> None:
    """Have nobody read a message; the one about the same document that it had overtaken counts again."""
    tx.run("UPDATE received_messages SET discarded_at = now() WHERE number = :number", number=stored.number)
    _read_again(tx, stored)
    audit.note(tx, subject(stored.number), "operator.discarded", _about(stored, why=why))


def restore(tx: OperatorTransaction, stored: Stored) -> None:
    """Take back that it was discarded."""
    tx.run("UPDATE received_messages SET discarded_at = NULL WHERE number = :number", number=stored.number)
    _read_again(tx, stored)
    audit.note(tx, subject(stored.number), "operator.restored", _about(stored))


def reread(tx: OperatorTransaction, stored: Stored, message: Message) -> None:
    """Write what a message turned out to be when it was read once more; raises ConfigurationError: there is another."""
    wait_for(tx, stored.connection_id)
    tied = order.tied(tx, _whose(tx, stored), message)
    problem = message.problem or tied.problem
    _rewrite(tx, stored, message, tied, problem)
    problem = problem or order.doubted(tx, stored.number, snapshot=message.snapshot)
    _read_again(tx, stored)
    was = {"was": stored.problem, "entity": message.entity, "key": tied.key, "problem": problem}
    audit.note(tx, subject(stored.number), "operator.retried", _about(stored, **was))


def insist(tx: OperatorTransaction, stored: Stored, message: Message) -> None:
    """Have a message count that waited for a person, and discard what stands; raises as ``reread`` does."""
    wait_for(tx, stored.connection_id)
    tied = order.tied(tx, _whose(tx, stored), message)
    _rewrite(tx, stored, message, tied, "")
    for number in order.gives_way(tx, stored.number):
        why = {"connection": stored.connection, "why": f"message {stored.number} counts in its place"}
        audit.note(tx, subject(number), "operator.discarded", why)
    _read_again(tx, stored)
    audit.note(tx, subject(stored.number), "operator.restored", _about(stored, was=stored.problem, key=tied.key))


def _rewrite(tx: OperatorTransaction, stored: Stored, message: Message, tied: Tied, problem: str) -> None:
    columns = columns_of(message, tied.key, problem)
    if tx.mapping(_ANOTHER, number=stored.number, message=columns["message"]) is not None:
        raise ConfigurationError(
            f"Message {stored.number} reads as {columns['message']} now, and {stored.connection} was sent another one "
            f"of that id: look at both (`message list --connection {stored.connection}`), then discard one."
        )
    tx.run(
        """
        UPDATE received_messages SET entity = :entity, message_id = :message, message_key = :key,
               refers_to = :refers_to, stands_at = CAST(:stands_at AS timestamptz),
               content_type = :content_type, problem = :problem
         WHERE number = :number
        """,
        number=stored.number,
        stands_at=tied.stands_at,
        content_type=message.content_type,
        **columns,
    )


def _whose(tx: OperatorTransaction, stored: Stored) -> Mapping[str, Any]:
    tenant = tx.value(_TENANT, number=stored.number)
    return {"connection": stored.connection_id, "tenant": tenant}


def quarantined(tx: OperatorTransaction) -> list[Quarantined]:
    """What waits for a person, by connection."""
    rows = tx.mappings(f"""
        SELECT c.name AS connection, q.* FROM connections c CROSS JOIN LATERAL (
            SELECT count(*) AS messages, min(number) AS first, min(received_at) AS since FROM received_messages
            WHERE connection_id = c.id AND {QUARANTINED}) q
        WHERE q.messages > 0 ORDER BY c.name
    """)  # noqa: S608  constant parts only
    return [Quarantined(**row) for row in rows]


def held(tx: OperatorTransaction, connection_id: UUID) -> int:
    """How many messages a connection was sent."""
    return int(tx.value(_HELD, connection=connection_id))


def numbers(tx: OperatorTransaction, connection: str) -> list[int]:
    """The numbers of what is quarantined of a connection, in their order."""
    rows = tx.mappings(
        f"""SELECT m.number FROM received_messages m JOIN connections c ON c.id = m.connection_id
        WHERE c.name = :connection AND {QUARANTINED} ORDER BY m.number""",  # noqa: S608  constant parts only
        connection=connection,
    )
    return [int(row["number"]) for row in rows]


def _read_again(tx: OperatorTransaction, stored: Stored) -> None:
    """Have flows read what is said about its document, although it did not come just now."""
    tx.run(
        """
        UPDATE received_messages t SET readable_at = clock_timestamp() FROM received_messages m
        WHERE m.number = :number AND (t.number = m.number OR (
            m.message_key <> '' AND t.connection_id = m.connection_id AND t.tenant = m.tenant AND t.entity = m.entity
            AND t.message_key = m.message_key))
        """,
        number=stored.number,
    )


def _about(stored: Stored, **more: str) -> Mapping[str, Any]:
    return {"connection": stored.connection, "id": stored.message_id, **more}
