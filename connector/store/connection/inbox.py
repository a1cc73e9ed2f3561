"""The inbox of one connection: what was sent to it is kept as it came, sealed, and read by whichever flow wants it."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from connector.domain.errors import ConfigurationError
from connector.domain.identity import new_id
from connector.ports import Kept, Received
from connector.store.audit import trail
from connector.store.connection import order
from connector.store.connection.naming import columns_of, name_of, subject
from connector.store.connection.order import LATER_FIRST, OVERTAKEN, READABLE
from connector.store.postgres.text import storable
from connector.store.postgres.transaction import Transaction

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from typing import Any
    from uuid import UUID

    from connector.ports import Message, Vault
    from connector.store.postgres.engine import Begin

#: what the audit trail names as who stored a message; who sent it stands in the event
ACTOR: Final = "inbox"
#: of bodies so much is read at once, and one at least
_MOST_BYTES: Final = 40_000_000

_MINE = "{0}.connection_id = :connection AND {0}.tenant = :tenant AND {0}.entity = :entity"
# Bodies are fetched for as many as fit: the sum looks at their lengths alone.
_BOUNDED = """
WITH chosen AS (SELECT m.* FROM received_messages m WHERE {where} ORDER BY {order} LIMIT :most),
     sized AS (SELECT s.*, row_number() OVER (ORDER BY {place}) AS place,
                      sum(octet_length(s.body)) OVER (ORDER BY {place}) AS upto FROM chosen s)
SELECT id, number, message_id, message_key, readable_at, stands_at, content_type, body
FROM sized WHERE place = 1 OR upto <= :bytes ORDER BY place
"""
_READ = sa.text(
    _BOUNDED.format(
        where=f"{_MINE.format('m')} AND {READABLE.format('m')} AND m.number > :after AND octet_length(m.body) > 0 "
        f"AND m.readable_at >= coalesce(CAST(:since AS timestamptz), '-infinity') AND NOT {OVERTAKEN}",
        order="m.number",
        place="s.number",
    )
)
_ABOUT = sa.text(
    _BOUNDED.format(
        where=f"{_MINE.format('m')} AND {READABLE.format('m')} AND m.message_key = :key",
        order=LATER_FIRST.format("m"),
        place=LATER_FIRST.format("s"),
    )
)
# One after the other: who reads up to a number has read all below it.
_LOCK = sa.text("SELECT pg_advisory_xact_lock(hashtextextended('inbox:' || CAST(:connection AS text), 7304118004))")
_KEEP = sa.text("""
INSERT INTO received_messages
    (id, connection_id, tenant, entity, message_id, message_key, refers_to, stands_at, content_type, sender, digest,
     body, problem, received_at, readable_at)
SELECT :id, :connection, :tenant, :entity, :message, :key, :refers_to, CAST(:stands_at AS timestamptz), :content_type,
       :sender, :digest, :body, :problem, moment.now, moment.now
FROM (SELECT clock_timestamp() AS now) moment
ON CONFLICT (connection_id, tenant, message_id) DO NOTHING
RETURNING number, received_at, (SELECT c.name FROM connections c WHERE c.id = connection_id) AS connection
""")
_SAME = sa.text("""
SELECT digest = :digest FROM received_messages
WHERE connection_id = :connection AND tenant = :tenant AND message_id = :id
""")


class StoredInbox:
    """Implements ports.Inbox; each call is its own short transaction. ``tenant`` is whose documents come now."""

    def __init__(self, begin: Begin, vault: Vault, connection_id: UUID, *, tenant: str, read: Begin) -> None:
        self._begin, self._reading, self._vault = begin, read, vault
        self._connection, self._tenant = connection_id, tenant

    def read(
        self, entity: str, *, since: dt.datetime | None = None, after: int = 0, most: int = 100
    ) -> Sequence[Received]:
        """Of each document the latest message, in the order of their numbers; those that came at ``since`` or later."""
        return self._rows(_READ, entity=entity, since=since, after=after, most=most)

    def about(self, entity: str, key: str) -> Sequence[Received]:
        """The latest messages about one document, the latest one first."""
        return self._rows(_ABOUT, entity=entity, key=name_of(key), most=100)

    def keep(self, message: Message, body: bytes) -> Kept:
        """Store a message, unless there is one of its id, and write into the audit trail that it came."""
        row, digest = new_id(), hashlib.sha256(message.says or body).digest()
        sealed = self._vault.seal(_owned(self._connection, self._tenant) + body, identity(row))
        whose = {"connection": self._connection, "tenant": self._tenant}
        with self._begin() as connection:
            tx = Transaction(connection)
            wait_for(tx, self._connection)
            tied = order.tied(tx, whose, message)
            kept = tx.row(
                _KEEP,
                **whose,
                id=row,
                **columns_of(message, tied.key, message.problem or tied.problem),
                stands_at=tied.stands_at,
                content_type=message.content_type,
                sender=storable(message.sender),
                digest=digest,
                body=sealed,
            )
            if kept is not None:
                problem = message.problem or tied.problem or order.doubted(tx, kept.number, snapshot=message.snapshot)
                _tell(tx, kept, replace(message, key=tied.key, problem=problem), hashlib.sha256(body).digest())
                return Kept.DOUBTED if problem and not message.problem else Kept.NEW
            same = tx.value(_SAME, **whose, id=name_of(message.id), digest=digest)
        return Kept.REPEATED if same else Kept.OTHER

    def _rows(self, statement: sa.TextClause, **named: Any) -> list[Received]:  # noqa: ANN401 - bound values
        whose = {"connection": self._connection, "tenant": self._tenant}
        with self._reading() as connection:
            rows = Transaction(connection).rows(statement, **whose, bytes=_MOST_BYTES, **named)
        return [
            Received(
                number=row.number,
                id=row.message_id,
                key=row.message_key,
                at=row.readable_at,
                stands_at=row.stands_at,
                content_type=row.content_type,
                body=opened(self._vault, row, connection_id=self._connection, tenant=self._tenant) if row.body else b"",
            )
            for row in rows
        ]


def wait_for(tx: Transaction, connection_id: UUID) -> None:
    """Let nobody else store what a connection is sent before this transaction ends."""
    tx.row(_LOCK, connection=connection_id)


def _tell(tx: Transaction, kept: sa.Row[Any], message: Message, digest: bytes) -> None:
    detail = {
        "connection": kept.connection,
        "entity": message.entity,
        "id": message.id,
        "key": message.key,
        "sender": message.sender,
        "digest": digest.hex(),
        "problem": message.problem,
    }
    happened = trail.event(subject(kept.number), "message.received", actor=ACTOR, at=kept.received_at, detail=detail)
    trail.append(tx, happened)


def opened(vault: Vault, row: sa.Row[Any], *, connection_id: UUID, tenant: str) -> bytes:
    """The body of a message; raises ConfigurationError when it was removed, or its row was moved elsewhere."""
    if not row.body:
        raise ConfigurationError(f"What message {row.number} said was removed, by retention or at a person's request.")
    whose, body = _owned(connection_id, tenant), vault.open(bytes(row.body), identity(row.id))
    if not body.startswith(whose):
        raise ConfigurationError(
            f"Message {row.number} was moved to this connection behind ml-connector's back, and is not read: find out "
            f"who did it, then `ml-connector message discard {row.number}`."
        )
    return body[len(whose) :]


def _owned(connection_id: UUID, tenant: str) -> bytes:
    """What is sealed before a body: whose it is."""
    return f"{connection_id} {tenant}\n".encode()


def identity(row: UUID) -> str:
    """What a body is sealed for."""
    return f"received_messages:{row}:body"
