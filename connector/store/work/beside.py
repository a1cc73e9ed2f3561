"""Which records may be loaded together with one that is claimed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from connector.store.work.attempts import UNANSWERED

if TYPE_CHECKING:
    from uuid import UUID

    from connector.domain.record import Claim
    from connector.store.postgres.transaction import Transaction

_BESIDE = sa.text(f"""
SELECT r.id FROM records r
WHERE r.flow_id = :flow AND r.state = 'mapped' AND r.due_at <= now() AND r.lease_owner IS NULL
  AND r.tries = 0 AND r.crashes = 0
  AND NOT EXISTS (SELECT FROM attempts a WHERE {UNANSWERED.format(document="r.document_id")})
ORDER BY r.due_at LIMIT :most
""")  # noqa: S608  constant parts only


def beside(tx: Transaction, claim: Claim, most: int) -> list[UUID]:
    """Records of the same flow that are due to be loaded, never were tried, and are in no doubt."""
    return [row.id for row in tx.rows(_BESIDE, flow=claim.flow_id, most=most)]
