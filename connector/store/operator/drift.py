"""What the audit trail says of the last comparison of each flow's master data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.store.operator import audit

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from connector.store.operator.transaction import OperatorTransaction

_COMPARED = "operator.compared_master"
# By the subject's index, the newest event of each flow that is switched on.
_STANDING = """
SELECT i.name || '/' || f.name AS flow, newest.at, newest.actor,
       CAST(newest.detail ->> 'differences' AS integer) AS differences
  FROM flows f JOIN integrations i ON i.id = f.integration_id
  CROSS JOIN LATERAL (
       SELECT e.at, e.actor, e.detail FROM audit_events e
        WHERE e.subject = 'drift:' || i.name || '/' || f.name ORDER BY e.id DESC LIMIT 1) newest
 WHERE f.enabled AND i.removed_at IS NULL AND newest.detail ->> 'differences' <> '0' ORDER BY 1
"""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Differences that nobody has found gone yet."""

    flow: str
    at: dt.datetime
    actor: str
    differences: int


def note(tx: OperatorTransaction, flow: str, detail: Mapping[str, int]) -> None:
    """Write down what a comparison of this flow (full name) found; ``differences`` counts them all."""
    audit.note(tx, f"drift:{flow}", _COMPARED, detail)


def standing(tx: OperatorTransaction) -> list[Standing]:
    """Flows whose last comparison found something."""
    return [Standing(**row) for row in tx.mappings(_STANDING)]
