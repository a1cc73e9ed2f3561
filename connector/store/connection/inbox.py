"""The inbox of one connection: what was sent to it is kept as it came, sealed, and read by whichever flow wants it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import sqlalchemy as sa

from connector.domain.identity import new_id
from connector.ports import Kept, Received
from connector.store.postgres.transaction import Transaction

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from typing import Any
    from uuid import UUID

    from connector.ports import Message, Vault
    from connector.store.postgres.engine import Begin

_COLUMNS = "m.id, m.number, m.message_id, m.message_key, m.received_at, m.stands_at, m.content_type, m.body"
_READABLE = "m.connection_id = :connection AND m.entity = :entity AND m.problem = '' AND m.discarded_at IS NULL"
_LATEST = """(coalesce(m.stands_at, '-infinity'), m.number)"""
# A message that another one about the same document has overtaken says nothing any more.
_READ = sa.text(f"""
SELECT {_COLUMNS} FROM received_messages m
WHERE {_READABLE} AND m.number > :after AND m.received_at >= coalesce(CAST(:since AS timestamptz), '-infinity')
  AND (m.message_key = '' OR NOT EXISTS (
      SELECT FROM received_messages l
      WHERE l.connection_id = m.connection_id AND l.entity = m.entity AND l.message_key = m.message_key
        AND l.problem = '' AND l.discarded_at IS NULL
        AND (coalesce(l.stands_at, '-infinity'), l.number) > {_LATEST}))
ORDER BY m.number LIMIT :most
""")  # noqa: S608  constant parts only
_ABOUT = sa.text(f"""
SELECT {_COLUMNS} FROM received_messages m WHERE {_READABLE} AND m.message_key = :key ORDER BY {_LATEST} DESC
""")  # noqa: S608  constant parts only
_KEEP = sa.text("""
INSERT INTO received_messages
    (id, connection_id, entity, message_id, message_key, stands_at, content_type, digest, body, problem)
VALUES (:id, :connection, :entity, :message, :key, CAST(:stands_at AS timestamptz), :content_type, :digest, :body,
        :problem)
ON CONFLICT (connection_id, message_id) DO NOTHING
""")
_SAME = sa.text("SELECT digest = :digest FROM received_messages WHERE connection_id = :connection AND message_id = :id")


class StoredInbox:
    """Implements ports.Inbox; each call is its own short transaction."""

    def __init__(self, begin: Begin, vault: Vault, connection_id: UUID, *, read: Begin) -> None:
        self._begin, self._reading, self._vault, self._connection = begin, read, vault, connection_id

    def read(
        self, entity: str, *, since: dt.datetime | None = None, after: int = 0, most: int = 100
    ) -> Sequence[Received]:
        """Of each document the latest message, in the order of their numbers; those that came at ``since`` or later."""
        return self._rows(_READ, entity=entity, since=since, after=after, most=most)

    def about(self, entity: str, key: str) -> Sequence[Received]:
        """Every message about one document, the latest one first."""
        return self._rows(_ABOUT, entity=entity, key=key)

    def keep(self, message: Message, body: bytes) -> Kept:
        """Store a message, unless there is one of its id."""
        row, digest = new_id(), hashlib.sha256(body).digest()
        sealed = self._vault.seal(body, identity(row))
        with self._begin() as connection:
            tx = Transaction(connection)
            if tx.run(
                _KEEP,
                id=row,
                connection=self._connection,
                entity=message.entity,
                message=message.id,
                key=message.key,
                stands_at=message.stands_at,
                content_type=message.content_type,
                digest=digest,
                body=sealed,
                problem=message.problem,
            ):
                return Kept.NEW
            same = tx.value(_SAME, connection=self._connection, id=message.id, digest=digest)
        return Kept.REPEATED if same else Kept.OTHER

    def _rows(self, statement: sa.TextClause, **named: Any) -> list[Received]:  # noqa: ANN401 - bound values
        with self._reading() as connection:
            rows = Transaction(connection).rows(statement, connection=self._connection, **named)
        return [
            Received(
                number=row.number,
                id=row.message_id,
                key=row.message_key,
                at=row.received_at,
                stands_at=row.stands_at,
                content_type=row.content_type,
                body=self._vault.open(bytes(row.body), identity(row.id)),
            )
            for row in rows
        ]


def identity(row: UUID) -> str:
    """What a body is sealed for."""
    return f"received_messages:{row}:body"
