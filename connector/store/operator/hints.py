"""Polls that an event of a source asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from connector.domain.identity import new_id
from connector.store.schema.conditions import SOURCE

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from connector.store.operator.transaction import OperatorTransaction

_FLOWS = f"""
SELECT f.id FROM flows f JOIN integrations i ON i.id = f.integration_id
  JOIN connections c ON c.id = {SOURCE}
 WHERE f.enabled AND f.name = ANY(:flows) AND c.system = :system AND lower(c.config->>CAST(:field AS text)) = :company
 ORDER BY f.id FOR NO KEY UPDATE OF f
"""  # noqa: S608  constant parts only
_FLOWS_FROM = f"""
SELECT f.id FROM flows f JOIN integrations i ON i.id = f.integration_id
 WHERE f.enabled AND f.name = ANY(:flows) AND {SOURCE} = (SELECT id FROM connections WHERE name = :connection)
 ORDER BY f.id FOR NO KEY UPDATE OF f
"""  # noqa: S608  constant parts only
# A run that waits and has read nothing will read what the event is about. One that is reading may be past it: the new
# run waits for its end, which a slot of the schedule would not do.
_QUEUE = """
INSERT INTO runs (id, flow_id, reason, requested_by, due_at)
SELECT :run, :flow, 'schedule', :actor, now() + CAST(:after AS interval)
WHERE NOT EXISTS (
    SELECT FROM runs o
    WHERE o.flow_id = :flow AND o.status = 'queued' AND o.position IS NULL
      AND o.only_key IS NULL AND o.since IS NULL AND o.row_limit IS NULL)
"""


@dataclass(frozen=True, kw_only=True)
class Whose:
    """Whose flows: a company of a system, whose connections hold it in this field."""

    system: str
    field: str
    company: str


def bring_forward(tx: OperatorTransaction, whose: Whose, *, flows: Sequence[str], after: dt.timedelta) -> int:
    """Queue a run of these flows of a company; where one waits that has not begun, that will do. Returns how many."""
    of = {"system": whose.system, "field": whose.field, "company": whose.company.lower()}
    return _queue(tx, tx.mappings(_FLOWS, **of, flows=list(flows)), after)


def read_soon(tx: OperatorTransaction, connection: str, *, flows: Sequence[str], after: dt.timedelta) -> int:
    """Queue a run of these flows that read from a connection, as ``bring_forward`` does."""
    return _queue(tx, tx.mappings(_FLOWS_FROM, connection=connection, flows=list(flows)), after)


def _queue(tx: OperatorTransaction, flows: Sequence[Mapping[str, Any]], after: dt.timedelta) -> int:
    found = [row["id"] for row in flows]
    return sum(tx.run(_QUEUE, run=new_id(), flow=flow, actor=tx.actor, after=after) for flow in found)
