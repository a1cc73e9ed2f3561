"""Where the documents of each flow are, counted by their newest version."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.store.schema.conditions import UNDER_WAY

if TYPE_CHECKING:
    import datetime as dt

    from connector.store.operator.transaction import OperatorTransaction

_PROGRESS = f"""
SELECT f.name AS flow,
       count(r.id) AS read,
       count(r.id) FILTER (WHERE r.state = 'done') AS loaded,
       count(r.id) FILTER (WHERE r.hold = 'gate') AS waiting,
       count(r.id) FILTER (WHERE r.hold = 'park') AS parked,
       count(r.id) FILTER (WHERE r.state = 'rejected') AS rejected,
       count(r.id) FILTER (WHERE r.state = 'dead') AS dead,
       count(r.id) FILTER (WHERE r.state IN ('skipped', 'cancelled')) AS left_out,
       count(r.id) FILTER (WHERE r.hold = 'retry') AS retrying,
       count(r.id) FILTER (
           WHERE r.{UNDER_WAY}
             AND (r.hold IS NULL OR r.hold NOT IN ('park', 'gate'))) AS moving,
       count(r.id) FILTER (WHERE r.hold = 'gate' AND r.waits_for IS NOT NULL) AS depending,
       EXISTS (SELECT FROM runs u WHERE u.flow_id = f.id AND u.status IN ('queued', 'running')
                                    AND u.only_key IS NOT NULL) AS fetching,
       (SELECT max(u.started_at) FROM runs u
         WHERE u.flow_id = f.id AND u.status = 'done' AND u.only_key IS NULL) AS read_from
FROM flows f
JOIN integrations i ON i.id = f.integration_id AND i.name = :integration
LEFT JOIN documents d ON d.flow_id = f.id
LEFT JOIN all_records r ON r.document_id = d.id AND r.version = d.version
GROUP BY f.id, f.name
ORDER BY f.id
"""  # noqa: S608  constant parts only


@dataclass(frozen=True, kw_only=True)
class Progress:
    """Documents of one flow. ``moving`` are those that will move without anything happening outside."""

    flow: str
    read: int
    loaded: int
    waiting: int
    parked: int
    rejected: int
    dead: int
    left_out: int
    retrying: int
    moving: int
    #: those that wait for another document
    depending: int
    #: whether single documents are being read, or are to be
    fetching: bool
    #: when the last complete read of the source that ended well began
    read_from: dt.datetime | None


def progress(tx: OperatorTransaction, integration: str) -> list[Progress]:
    """Every flow of an integration, in its order."""
    return [Progress(**row) for row in tx.mappings(_PROGRESS, integration=integration)]
