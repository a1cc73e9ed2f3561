"""Links and crosswalks: what the ledger knows of the things documents depend on."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from connector.domain.gate import CodeNeed, Known, Link, LinkNeed, LinkState, Posting
from connector.domain.record import UNDER_WAY, State
from connector.store.binding import fact_binding
from connector.store.binding.bindings import crosswalk_id
from connector.store.binding.link_binding import PARTS
from connector.store.postgres.text import findable, storable
from connector.store.schema.conditions import TARGET
from connector.store.work.tried import IS_THERE, MAY_BE_THERE, SINCE, earliest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from connector.domain.gate import Needs
    from connector.store.binding.steering import Steering
    from connector.store.postgres.transaction import Transaction

#: the address of a connection's system, whatever its case, with or without its usual port and slashes at its end
_ADDRESS = r"""regexp_replace(rtrim(lower({connection}.config->>'base_url'), '/'),
    '^(https\://[^/]*)\:443(?=/|$)|^(http\://[^/]*)\:80(?=/|$)', '\1\2')"""
#: in the place of a link's parts, where there is none
_NOTHING = "NULL, NULL, NULL, NULL, NULL, NULL"
#: what the newest version of a document ``d`` that has facts says, wherever it lies; of no other document than this
_SAID = f"""coalesce(
    {fact_binding.newest("records")}, jsonb_set(d.archived->'said', '{{whose,1}}', to_jsonb(d.id)))"""
_KNOWN = f"""
SELECT 'link' AS kind, n.flow AS name, n.key, d.target_id AS value,
       CASE WHEN d.target_id IS NOT NULL THEN d.target_key END AS known_as,
       coalesce((SELECT r.state FROM records r WHERE r.document_id = d.id ORDER BY r.version DESC LIMIT 1),
                d.archived->>'state') AS state,
       {_SAID} AS said,
       {PARTS}
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
            ORDER BY x.source_code COLLATE "C" LIMIT 1)), NULL, NULL, NULL, {_NOTHING}
FROM unnest(CAST(:tables AS text[]), CAST(:codes AS text[])) AS n (tab, code)
UNION ALL
SELECT 'seal', n.tab, NULL, encode(b.sealed, 'hex'), NULL, NULL, NULL, {_NOTHING}
FROM unnest(CAST(:sealed_tables AS text[]), CAST(:seals AS uuid[])) AS n (tab, id) LEFT JOIN bindings b ON b.id = n.id
"""  # noqa: S608  constant parts only
_POSTED = f"""
UNION ALL
SELECT 'posted', n.flow, n.key, nullif(d.target_id, d.target_key), i.name, NULL,
       jsonb_build_object('source_key', d.source_key, 'first_read', d.first_seen, 'said', {_SAID}),
       {PARTS}
FROM integrations me
JOIN connections ours ON ours.id IN (me.source_connection_id, me.target_connection_id)
JOIN connections theirs ON theirs.system = ours.system
 AND (theirs.id = ours.id
      OR {_ADDRESS.format(connection="theirs")} = {_ADDRESS.format(connection="ours")})
JOIN integrations i ON i.id <> me.id AND theirs.id IN (i.source_connection_id, i.target_connection_id)
JOIN flows f ON f.integration_id = i.id
 AND theirs.id = {TARGET}
JOIN unnest(CAST(:posting_flows AS text[]), CAST(:posting_keys AS text[]), CAST(:posting_numbers AS text[]))
     AS n (flow, key, number) ON n.flow = f.name
JOIN LATERAL (
    SELECT k.* FROM documents k
    WHERE k.flow_id = f.id AND upper(k.target_key) = upper(n.key)
    UNION
    SELECT k.* FROM documents k
    WHERE k.flow_id = f.id AND k.target_id = n.number
      AND upper(split_part(k.target_key, '|', 1)) = upper(split_part(n.key, '|', 1))
) d ON true
WHERE me.id = :integration
"""  # noqa: S608  constant parts only
_ASKED = {True: sa.text(_KNOWN + _POSTED), False: sa.text(_KNOWN)}
# Apart from finding them: there is hardly ever one to look for, and then it says in which months.
_THERE = sa.text(f"""
SELECT d.id, {IS_THERE.format(document="d", since=SINCE)} AS certain
FROM documents d
WHERE d.id = ANY(CAST(:documents AS uuid[])) AND {MAY_BE_THERE.format(document="d", since=SINCE)}
""")  # noqa: S608  constant parts only


class LedgerLinks:
    """Implements ports.Links in one transaction."""

    def __init__(self, tx: Transaction, steering: Steering | None = None) -> None:
        self._tx = tx
        self._steering = steering

    def known(self, integration_id: UUID, needs: Needs) -> Known:
        """Return what a document asks of the ledger, in one round trip, or two; asks nothing when nothing is needed.

        With ``steering`` codes and links that were changed behind the product's back raise ConfigurationError.
        """
        if not needs.links and not needs.codes and not needs.postings:
            return Known()
        tables = sorted({need.table for need in needs.codes})
        postings: dict[str, object] = {
            "posting_flows": [need.flow for need in needs.postings],
            "posting_keys": [findable(need.key) for need in needs.postings],
            "posting_numbers": [findable(need.number) for need in needs.postings],
        }
        rows = self._tx.rows(
            _ASKED[bool(needs.postings)],
            integration=integration_id,
            flows=[need.flow for need in needs.links],
            keys=[storable(need.key) for need in needs.links],
            tables=[need.table for need in needs.codes],
            codes=[storable(need.code) for need in needs.codes],
            in_any_case=needs.in_any_case,
            sealed_tables=tables,
            seals=[crosswalk_id(integration_id, table) for table in tables],
            **(postings if needs.postings else {}),
        )
        certain = self._there([row for row in rows if row.kind == "posted"])
        rows = [row for row in rows if row.kind != "posted" or row.document_id in certain]
        if self._steering is not None:
            for row in rows:
                if row.document_id is not None:
                    self._steering.link(self._tx, row, said=row.said if row.kind == "link" else row.said["said"])
        links = {
            LinkNeed(flow=row.name, key=row.key): Link(
                state=_state(row.value, row.state),
                target_id=row.value,
                target_key=row.known_as,
                untold=row.state == State.LOADED,
                facts=_facts(row.said),
            )
            for row in rows
            if row.kind == "link"
        }
        codes = {
            CodeNeed(table=row.name, code=row.key): row.value
            for row in rows
            if row.kind == "code" and row.value is not None
        }
        for table in tables:
            if self._steering is None:
                break
            seal = next((row.value for row in rows if (row.kind, row.name) == ("seal", table)), None)
            self._steering.codes(
                self._tx,
                integration_id,
                table,
                seal=None if seal is None else bytes.fromhex(seal),
                answered={row.key: row.value for row in rows if (row.kind, row.name) == ("code", table)},
            )
        posted = [(row.name, row.key, row) for row in rows if row.kind == "posted"]
        posted_there = {
            need: tuple(
                Posting(
                    integration=row.known_as,
                    number=row.value,
                    source_key=row.said["source_key"],
                    certain=certain[row.document_id],
                    facts=_facts(row.said["said"]),
                )
                for flow, key, row in posted
                if (flow, key) == (need.flow, findable(need.key))
            )
            for need in needs.postings
        }
        return Known(links=links, codes=codes, postings=posted_there)

    def _there(self, posted: Sequence[sa.Row[Any]]) -> dict[UUID, bool]:
        """Whether these documents are in their target, of those that may be; the others are left out."""
        if not posted:
            return {}
        since = earliest(dt.datetime.fromisoformat(row.said["first_read"]) for row in posted)
        found = self._tx.rows(_THERE, documents=[row.document_id for row in posted], since=since)
        return {row.id: row.certain for row in found}


def _facts(said: Mapping[str, Any] | None) -> Mapping[str, str]:
    return said["result"]["facts"] if said is not None else {}


def _state(target_id: str | None, newest: str | None) -> LinkState:
    if target_id is not None:
        return LinkState.LINKED
    if newest is None:
        return LinkState.ABSENT
    state = State(newest)
    if state in UNDER_WAY:
        return LinkState.UNDER_WAY
    return LinkState.FAILED if state in {State.DEAD, State.REJECTED} else LinkState.SKIPPED
