"""What documents are called, written beside their records: in the statement that writes these."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.reading.search_terms import terms
from connector.store.postgres.text import json, storable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from uuid import UUID

    from connector.domain.summary import Summary

#: parts of a WITH; the parameters are those of ``given``. ``{unless_there}`` may be an ON CONFLICT
_KEEP = """
summarised AS (
    INSERT INTO summaries (record_id, kind, number, party, party_name, date, amount, currency, elsewhere)
    SELECT n.record, n.kind, n.number, n.party, n.party_name, n.date, n.amount, n.currency, CAST(n.elsewhere AS jsonb)
    FROM unnest(CAST(:summarised AS uuid[]), CAST(:kinds AS text[]), CAST(:numbers AS text[]),
                CAST(:parties AS text[]), CAST(:party_names AS text[]), CAST(:dates AS date[]),
                CAST(:amounts AS numeric[]), CAST(:currencies AS text[]), CAST(:elsewhere AS text[]))
         AS n (record, kind, number, party, party_name, date, amount, currency, elsewhere)
    {unless_there}),
termed AS (
    INSERT INTO search_terms (term, record_id)
    SELECT t.term, t.record FROM unnest(CAST(:terms AS text[]), CAST(:termed AS uuid[])) AS t (term, record)
    {unless_there})"""
KEEP = _KEEP.format(unless_there="")
KEEP_UNLESS_THERE = _KEEP.format(unless_there="ON CONFLICT DO NOTHING")


def given(named: Iterable[tuple[UUID, Summary | None, tuple[str, ...]]]) -> dict[str, list[Any]]:
    """Parameters: of each record its summary, and what else it is found by. Without a summary nothing is kept."""
    rows = [(record, summary, others) for record, summary, others in named if summary is not None]
    found = [(storable(term), record) for record, summary, others in rows for term in terms(summary, *others)]
    return {
        "summarised": [record for record, _, _ in rows],
        "kinds": [storable(summary.kind) for _, summary, _ in rows],
        "numbers": [storable(summary.number) for _, summary, _ in rows],
        "parties": [storable(summary.party) for _, summary, _ in rows],
        "party_names": [storable(summary.party_name) for _, summary, _ in rows],
        "dates": [summary.date for _, summary, _ in rows],
        "amounts": [summary.amount for _, summary, _ in rows],
        "currencies": [storable(summary.currency) for _, summary, _ in rows],
        "elsewhere": [_spelled(summary.references) for _, summary, _ in rows],
        "terms": [term for term, _ in found],
        "termed": [record for _, record in found],
    }


def _spelled(references: Mapping[str, str]) -> str:
    return json({name: storable(number) for name, number in references.items()}) if references else "{}"
