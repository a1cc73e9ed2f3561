"""The inbox of one connection: what was sent to it is kept as it came, sealed, and read by whichever flow wants it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from connector.domain.errors import ConfigurationError
from connector.domain.identity import new_id
from connector.ports import Kept, Received
from connector.store.audit import trail
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
_LONGEST_NAME: Final = 500
#: of bodies so much is read at once, and one at least
_MOST_BYTES: Final = 40_000_000

_LATEST = "(coalesce({0}.stands_at, '-infinity'), {0}.number)"
_MINE = "{0}.connection_id = :connection AND {0}.tenant = :tenant AND {0}.entity = :entity"
READABLE = "{0}.problem = '' AND {0}.discarded_at IS NULL"
#: a message that another one about the same document has overtaken says nothing any more
OVERTAKEN = f"""(m.message_key <> '' AND EXISTS (
    SELECT FROM received_messages l
    WHERE l.connection_id = m.connection_id AND l.tenant = m.tenant AND l.entity = m.entity
      AND l.message_key = m.message_key AND {READABLE.format("l")}
      AND {_LATEST.format("l")} > {_LATEST.format("m")}))"""
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
        where=f"{_MINE.format('m')} AND {READABLE.format('m')} AND m.number > :after "
        f"AND m.readable_at >= coalesce(CAST(:since AS timestamptz), '-infinity') AND NOT {OVERTAKEN}",
        order="m.number",
        place="s.number",
    )
)
_LATER_FIRST = "coalesce({0}.stands_at, '-infinity') DESC, {0}.number DESC"
_ABOUT = sa.text(
    _BOUNDED.format(
        where=f"{_MINE.format('m')} AND {READABLE.format('m')} AND m.message_key = :key",
        order=_LATER_FIRST.format("m"),
        place=_LATER_FIRST.format("s"),
    )
)
# One after the other: who reads up to a number has read all below it.
_LOCK = sa.text("SELECT pg_advisory_xact_lock(hashtextextended('inbox:' || CAST(:connection AS text), 7304118004))")
_KEEP = sa.text("""
INSERT INTO received_messages
    (id, connection_id, tenant, entity, message_id, message_key, stands_at, content_type, sender, digest, body, problem,
     received_at, readable_at)
SELECT :id, :connection, :tenant, :entity, :message, :key, CAST(:stands_at AS timestamptz), :content_type, :sender,
       :digest, :body, :problem, moment.now, moment.now
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
        row, digest = new_id(), hashlib.sha256(body).digest()
        sealed = self._vault.seal(_owned(self._connection, self._tenant) + body, identity(row))
        whose = {"connection": self._connection, "tenant": self._tenant}
        with self._begin() as connection:
            tx = Transaction(connection)
            wait_for(tx, self._connection)
            kept = tx.row(
                _KEEP,
                **whose,
                id=row,
                **columns_of(message),
                stands_at=message.stands_at,
                content_type=message.content_type,
                sender=storable(message.sender),
                digest=digest,
                body=sealed,
            )
            if kept is not None:
                _tell(tx, kept, message, digest)
                return Kept.NEW
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
                body=opened(self._vault, row, connection_id=self._connection, tenant=self._tenant),
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


def columns_of(message: Message) -> dict[str, str]:
    """What a message turned out to be, as its row says it."""
    return {
        "entity": message.entity,
        "message": name_of(message.id),
        "key": name_of(message.key),
        "problem": storable(message.problem),
    }


def name_of(text: str) -> str:
    """An id or key of the sender, as it is stored: of one that no index would take, its beginning and its digest."""
    clean = storable(text)
    if clean == text and len(text.encode()) <= _LONGEST_NAME:
        return text
    return f"{clean[:100]}…{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()}"


def subject(number: int) -> str:
    """What the audit trail calls a message."""
    return f"message:{number}"


def opened(vault: Vault, row: sa.Row[Any], *, connection_id: UUID, tenant: str) -> bytes:
    """The body of a message; raises ConfigurationError when its row was moved to another connection or tenant."""
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
