"""Bringing polls forward: what an event of a source asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connector.store.desk import Transaction

_FORWARD = """
UPDATE flows f SET next_due_at = now()
FROM integrations i, connections c
WHERE i.id = f.integration_id AND f.enabled AND f.next_due_at > now() AND f.name = ANY(:flows)
  AND c.id = CASE WHEN f.reversed THEN i.target_connection_id ELSE i.source_connection_id END
  AND c.system = 'concur' AND lower(c.config->>'company_uuid') = lower(:company)
"""


def bring_forward(tx: Transaction, *, company: str, flows: Sequence[str]) -> int:
    """Make these flows of a company due now; one that is due already stays as it is. Returns how many moved."""
    return tx.run(_FORWARD, {"company": company, "flows": list(flows)})
