"""Links and crosswalks: what the ledger knows of the things documents depend on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from connector.domain.gate import CodeNeed, Known, Link, LinkNeed, LinkState
from connector.domain.record import UNDER_WAY, State
from connector.store.wording import storable

if TYPE_CHECKING:
    from uuid import UUID

    from connector.domain.gate import Needs
    from connector.store.transaction import Transaction

_KNOWN = sa.text("""
SELECT 'link' AS kind, n.flow AS name, n.key, d.target_id AS value, d.target_key,
       (SELECT r.state FROM records r WHERE r.document_id = d.id ORDER BY r.version DESC LIMIT 1) AS state,
       (SELECT r.result->'facts' FROM records r
        WHERE r.document_id = d.id AND r.result->'facts' <> '{}' ORDER BY r.version DESC LIMIT 1) AS facts
FROM unnest(CAST(:flows AS text[]), CAST(:keys AS text[])) AS n (flow, key)
JOIN flows f ON f.integration_id = :integration AND f.name = n.flow
JOIN documents d ON d.flow_id = f.id AND d.source_key = n.key
UNION ALL
SELECT 'code', n.tab, n.code, coalesce(
           (SELECT x.target_code FROM crosswalks x
            WHERE x.integration_id = :integration AND x.table_name = n.tab AND x.source_code = n.code),
           (SELECT x.target_code FROM crosswalks x
            WHERE :in_any_case AND x.integration_id = :integration AND x.table_name = n.tab
              AND upper(x.source_code) = upper(n.code)
            ORDER BY x.source_code COLLATE "C" LIMIT 1)), NULL, NULL, NULL
FROM unnest(CAST(:tables AS text[]), CAST(:codes AS text[])) AS n (tab, code)
""")


def known(tx: Transaction, integration_id: UUID, needs: Needs) -> Known:
    """Answer what a document asks of the ledger, in one round trip; asks nothing when nothing is needed."""
    if not needs.links and not needs.codes:
        return Known()
    rows = tx.rows(
        _KNOWN,
        integration=integration_id,
        flows=[need.flow for need in needs.links],
        keys=[storable(need.key) for need in needs.links],
        tables=[need.table for need in needs.codes],
        codes=[storable(need.code) for need in needs.codes],
        in_any_case=needs.in_any_case,
    )
    links = {
        LinkNeed(flow=row.name, key=row.key): Link(
            state=_state(row.value, row.state),
            target_id=row.value,
            target_key=row.target_key,
            facts=row.facts or {},
        )
        for row in rows
        if row.kind == "link"
    }
    codes = {
        CodeNeed(table=row.name, code=row.key): row.value
        for row in rows
        if row.kind == "code" and row.value is not None
    }
    return Known(links=links, codes=codes)


def _state(target_id: str | None, newest: str | None) -> LinkState:
    if target_id is not None:
        return LinkState.LINKED
    if newest is None:
        return LinkState.ABSENT
    state = State(newest)
    if state in UNDER_WAY:
        return LinkState.UNDER_WAY
    return LinkState.FAILED if state in {State.DEAD, State.REJECTED} else LinkState.SKIPPED
