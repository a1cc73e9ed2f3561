"""The attempt a dead letter is in doubt about, as an operator answers for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from connector.store.binding import link_binding
from connector.store.postgres.text import findable
from connector.store.work.attempts import UNANSWERED

if TYPE_CHECKING:
    from uuid import UUID

    from connector.store.operator.transaction import OperatorTransaction

_OPEN = UNANSWERED.format(document="(SELECT r.document_id FROM records r WHERE r.id = :record)")


def is_there(tx: OperatorTransaction, record_id: UUID, target_id: str) -> bool:
    """A person found it: what was sent is what the target holds. False when no attempt waits for an answer."""
    found = tx.row(
        sa.text(
            f"""
            WITH answered AS (
                UPDATE attempts a SET answer = 'adopted', answered_at = now(), target_id = :target_id
                 WHERE {_OPEN} RETURNING a.document_id, a.fingerprint)
            UPDATE documents d SET target_id = :target_id, loaded_fingerprint = sent.fingerprint
              FROM answered sent WHERE d.id = sent.document_id RETURNING {link_binding.PARTS}
            """  # noqa: S608  constant parts only
        ),
        record=record_id,
        target_id=findable(target_id),
    )
    if found is not None and tx.vault is not None:
        link_binding.bind(tx, link_binding.key_of(tx, tx.vault()), [found])
    return found is not None


def is_not_there(tx: OperatorTransaction, record_id: UUID) -> bool:
    """A person looked and did not find it, nor what was there before; False when no attempt waits for an answer."""
    return bool(
        tx.run(
            f"""
            WITH answered AS (
                UPDATE attempts a SET answer = 'not there', answered_at = now() WHERE {_OPEN} RETURNING a.document_id)
            UPDATE documents d SET loaded_fingerprint = NULL FROM answered WHERE d.id = answered.document_id
            """,  # noqa: S608  likewise
            record=record_id,
        )
    )
